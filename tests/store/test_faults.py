"""Faults of the network and the database: no effect is lost, and none happens twice."""

from collections.abc import Callable

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from tests.builders import PARTY_DATE, admin, booking, booking_request, caller
from tests.clients import new_client
from tests.store.faults import Faults, cancelled, lost_answer, lost_request, refused

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.slot import slot_at
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import StorageUnavailable
from teppan.domain.policy import CURRENT
from teppan.services.bookings.cancel_booking import cancel_booking
from teppan.services.bookings.create_booking import create_booking
from teppan.services.bookings.update_booking import update_booking
from teppan.services.idempotency import IdempotencyKey
from teppan.services.precondition import any_version
from teppan.store.attributes import Item
from teppan.store.bookings import bookings, slots
from teppan.store.table import Table

type Everything = Callable[[], list[Item]]

KEY = IdempotencyKey("key", "a" * 64)
WRITE = "TransactWriteItems"


@pytest.fixture
def client(dynamodb: BaseClient) -> BaseClient:
    """Return a new client as functions use it: botocore counts the retries of a client."""
    client: BaseClient = new_client("dynamodb")
    return client


@pytest.fixture
def table(client: BaseClient, table_name: str) -> Table:
    return Table(client, table_name)


@pytest.fixture
def stored_booking(table: Table) -> Booking:
    stored_booking = booking()
    bookings.add(table, stored_booking, audit_event(None, stored_booking, caller()))
    return stored_booking


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
class TestLostMessages:
    def test_a_create_with_a_lost_message_is_retried_with_one_effect(
        self, table: Table, client: BaseClient, everything: Everything, fault: Callable[..., None]
    ) -> None:
        with Faults(client, WRITE, fault) as faults:
            created = create_booking(table, booking_request(), KEY, caller())

        assert not faults.pending
        assert not created.replayed
        assert bookings.find(table, created.booking.id) == created.booking
        assert len(everything()) == 4  # the booking, its event, its slot, its customer's quota

    def test_a_change_with_a_lost_message_is_retried_with_one_effect(
        self, table: Table, client: BaseClient, stored_booking: Booking, fault: Callable[..., None]
    ) -> None:
        with Faults(client, WRITE, fault):
            changed = update_booking(
                table, stored_booking.id, Changes(special_requests="Candles"), caller(), any_version
            )

        assert changed.version == 2
        assert bookings.find(table, stored_booking.id) == changed

    def test_a_cancellation_with_a_lost_message_is_retried_with_one_effect(
        self, table: Table, client: BaseClient, stored_booking: Booking, fault: Callable[..., None]
    ) -> None:
        with Faults(client, WRITE, fault):
            ended = cancel_booking(
                table, stored_booking.id, CancellationRequest(), caller(), any_version
            )

        assert ended.status is Status.CANCELLED
        assert [event.version for event in bookings.events(table, stored_booking.id, 9, None)] == [
            1,
            2,
        ]


def test_a_retry_of_a_transaction_whose_answer_was_lost_is_the_same_transaction(
    table: Table, client: BaseClient, everything: Callable[[], list[Item]]
) -> None:
    # Given a write whose answer is lost, and which is still in progress at the first retry
    still_in_progress = refused("TransactionInProgressException")

    with Faults(client, WRITE, lost_answer, still_in_progress) as faults:
        created = create_booking(table, booking_request(), KEY, caller())

    # Then the second retry returns the lost answer
    assert not faults.pending
    assert not created.replayed
    assert len(everything()) == 4


def test_a_create_repeated_after_all_answers_were_lost_returns_the_booking(
    table: Table, client: BaseClient, everything: Everything
) -> None:
    # Given a create that took place, but all of whose answers were lost
    with (
        Faults(client, WRITE, lost_answer, lost_answer),
        pytest.raises(StorageUnavailable),
    ):
        create_booking(table, booking_request(), KEY, caller())

    # When the caller repeats the request
    again = create_booking(table, booking_request(), KEY, caller())

    # Then there is one booking
    assert again.replayed
    assert len(everything()) == 4


def test_a_change_repeated_after_all_answers_were_lost_is_made_once(
    table: Table, client: BaseClient, stored_booking: Booking
) -> None:
    candles = Changes(special_requests="Candles")
    with (
        Faults(client, WRITE, lost_answer, lost_answer),
        pytest.raises(StorageUnavailable),
    ):
        update_booking(table, stored_booking.id, candles, caller(), any_version)

    assert update_booking(table, stored_booking.id, candles, caller(), any_version).version == 2


@pytest.mark.parametrize(
    "reasons",
    [
        ("TransactionConflict", "None", "None"),
        ("None", "TransactionConflict", "None"),
        ("None", "ThrottlingError", "None"),
        ("ProvisionedThroughputExceeded", "None", "None"),
    ],
)
def test_a_transaction_is_retried_until_contention_ends(
    table: Table, client: BaseClient, everything: Everything, reasons: tuple[str, ...]
) -> None:
    with Faults(client, WRITE, *[cancelled(*reasons)] * 5) as faults:
        create_booking(table, booking_request(), KEY, caller())

    assert not faults.pending
    assert len(everything()) == 4


def test_contention_that_does_not_end_raises_storage_unavailable(
    table: Table, client: BaseClient, everything: Everything
) -> None:
    conflict = cancelled("None", "TransactionConflict", "None")
    with Faults(client, WRITE, *[conflict] * 100), pytest.raises(StorageUnavailable):
        create_booking(table, booking_request(), KEY, caller())

    assert everything() == []


def test_setting_a_capacity_is_retried_while_a_transaction_holds_the_slot(
    table: Table, client: BaseClient
) -> None:
    slot = slot_at(PARTY_DATE, CURRENT.start_times[0], CURRENT)
    with Faults(client, "UpdateItem", refused("TransactionConflictException")) as faults:
        assert slots.set_capacity(table, slot, 4, admin()).capacity == 4

    assert not faults.pending


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ProvisionedThroughputExceededException", 400),
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 400),
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
    ],
)
@pytest.mark.parametrize("operation", ["GetItem", WRITE])
def test_a_throttled_or_failing_database_raises_storage_unavailable(
    table: Table,
    client: BaseClient,
    stored_booking: Booking,
    operation: str,
    code: str,
    status: int,
) -> None:
    with (
        Faults(client, operation, *[refused(code, status)] * 100),
        pytest.raises(StorageUnavailable),
    ):
        update_booking(
            table, stored_booking.id, Changes(special_requests="Hi"), caller(), any_version
        )

    assert bookings.find(table, stored_booking.id) == stored_booking


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_request_error_of_our_own_is_raised_as_it_is(
    table: Table, client: BaseClient, code: str
) -> None:
    with Faults(client, WRITE, *[refused(code)] * 9), pytest.raises(ClientError, match=code):
        create_booking(table, booking_request(), KEY, caller())


def test_a_transaction_cancelled_for_our_own_error_is_not_retried(
    table: Table, client: BaseClient
) -> None:
    fault = cancelled("ItemCollectionSizeLimitExceeded", "None", "None")
    with Faults(client, WRITE, fault), pytest.raises(ClientError, match="TransactionCanceled"):
        create_booking(table, booking_request(), KEY, caller())

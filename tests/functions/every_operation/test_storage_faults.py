"""What a caller sees of a database or a network that fails: the truth, once, and when to return."""

import socket
import uuid
from datetime import timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from local.fakes.stripe.fake import FakeStripe
from tests.builders import booking_body, load_function
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.every_operation.test_imports import needs_store
from tests.functions.example import declared
from tests.functions.given import Snapshot, stored
from tests.functions.handlers import Answer, Handlers
from tests.functions.money import Till, paid
from tests.functions.requests import good_request
from tests.store.faults import Fault, Faults, cancelled, lost_answer, lost_request, refused

from teppan import aws, secret
from teppan.store.table import Table
from teppan.trigger import TriggerFailedError

WRITE = "TransactWriteItems"
WITH_TABLE = [each for each in declared() if needs_store(contract.function_of(each))]
WITH_PSEUDONYM = [
    each
    for each in declared()
    if "PSEUDONYM_SECRET_ARN" in contract.settings_of(contract.function_of(each))
]
KEYED: dict[str, str | None] = {"Idempotency-Key": "k"}


@pytest.fixture
def client(dynamodb: BaseClient) -> BaseClient:
    """A client as our functions use, which has not used up its retries on other tests."""
    return aws.client.__wrapped__("dynamodb")


@pytest.fixture
def table(client: BaseClient, table_name: str) -> Table:
    return Table(client, table_name)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def nowhere() -> str:
    """The URL of a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as once:
        return f"http://127.0.0.1:{once.getsockname()[1]}"


def assert_unavailable(answer: Answer) -> None:
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    if answer.body:
        assert answer.problem == (503, "storage_unavailable")


class TestALostMessage:
    """The same answer and the same table as if nothing had been lost."""

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_of_a_creation(
        self, call: Handlers, client: BaseClient, snapshot: Snapshot, fault: Fault
    ) -> None:
        with Faults(client, WRITE, fault) as faults:
            answer = call("createBooking", booking_body(), headers=KEYED)

        assert not faults.pending
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert len(snapshot()) == 4  # the booking, its event, its slot, its customer's quota
        assert call("getBooking", booking_id=answer.body["booking_id"]).body == answer.body

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    @pytest.mark.parametrize("operation", ["updateBooking", "cancelBooking"])
    def test_of_a_change(
        self, call: Handlers, client: BaseClient, table: Table, operation: str, fault: Fault
    ) -> None:
        booking = stored(table)

        with Faults(client, WRITE, fault) as faults:
            answer = call(
                operation, **good_request(operation, call, booking), headers={"If-Match": '"1"'}
            )

        assert not faults.pending
        assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
        trail = call("listBookingEvents", booking_id=booking.id).body["items"]
        assert [event["version"] for event in trail] == [1, 2]

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_of_a_capacity(self, call: Handlers, client: BaseClient, fault: Fault) -> None:
        with Faults(client, "UpdateItem", fault) as faults:
            answer = call("setSlotCapacity", **good_request("setSlotCapacity", call))

        assert not faults.pending
        assert (answer.status, answer.body["capacity"]) == (200, 2)

    def test_a_caller_who_never_heard_back_asks_again_and_gets_the_one_booking(
        self, call: Handlers, client: BaseClient, snapshot: Snapshot
    ) -> None:
        with Faults(client, WRITE, lost_answer, lost_answer, lost_answer):
            assert_unavailable(call("createBooking", booking_body(), headers=KEYED))

        again = call("createBooking", booking_body(), headers=KEYED)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert len(snapshot()) == 4


class TestALostMessageAboutMoney:
    """One intent, one promise, one entry, whatever was lost."""

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    @pytest.mark.parametrize("aws_call", [WRITE, "UpdateItem"])
    def test_of_a_payment(
        self,
        call: Handlers,
        client: BaseClient,
        table: Table,
        stripe: FakeStripe,
        aws_call: str,
        fault: Fault,
    ) -> None:
        request = good_request("createPaymentIntent", call, stored(table))

        with Faults(client, aws_call, fault) as faults:
            answer = call("createPaymentIntent", **request, headers=KEYED)

        assert not faults.pending
        assert answer.status == 201
        assert len(stripe.everything("payment_intents")) == 1
        again = call("createPaymentIntent", **request, headers=KEYED)
        assert again.body == answer.body

    @pytest.mark.parametrize("aws_call", [WRITE, "UpdateItem"])
    def test_of_a_payment_that_was_never_heard_of(
        self, call: Handlers, client: BaseClient, table: Table, stripe: FakeStripe, aws_call: str
    ) -> None:
        request = good_request("createPaymentIntent", call, stored(table))
        with Faults(client, aws_call, lost_answer, lost_answer, lost_answer):
            assert_unavailable(call("createPaymentIntent", **request, headers=KEYED))

        again = call("createPaymentIntent", **request, headers=KEYED)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert len(stripe.everything("payment_intents")) == 1

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_of_a_refund(
        self, call: Handlers, client: BaseClient, till: Till, fault: Fault
    ) -> None:
        booking = paid(call)

        with Faults(client, WRITE, fault) as faults:
            assert till.refund(booking, 100, headers=KEYED).status == 201

        assert not faults.pending
        assert till.ledger(booking) == [("captured", 10_000), ("goodwill_owed", 100)]

    def test_of_a_refund_that_was_never_heard_of(
        self, call: Handlers, client: BaseClient, till: Till
    ) -> None:
        booking = paid(call)
        with Faults(client, WRITE, lost_answer, lost_answer, lost_answer):
            assert_unavailable(till.refund(booking, headers=KEYED))

        again = till.refund(booking, headers=KEYED)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert till.account(booking)["balance"]["refund_owed"] == 10_000

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_of_a_webhook(
        self, call: Handlers, client: BaseClient, till: Till, table: Table, fault: Fault
    ) -> None:
        booking = stored(table)
        till.pay(booking)

        with Faults(client, WRITE, fault) as faults:
            assert [each.status for each in call.deliver()] == [200]

        assert not faults.pending
        assert till.ledger(booking) == [("captured", 10_000)]
        till.check(booking)


class TestJobsInAnOutage:
    """A run that the table does not let through fails, changes nothing, and is made up for."""

    @pytest.mark.parametrize("job", [each for each in contract.JOBS if each != "followUpPayments"])
    def test_fails_aloud(
        self,
        call: Handlers,
        client: BaseClient,
        till: Till,
        snapshot: Snapshot,
        now: Clock,
        job: str,
    ) -> None:
        till.cancel(paid(call))
        waiting = stored(call.table)
        now.set(waiting.payment_due_at + timedelta(seconds=1))
        before = snapshot()
        busy = refused("ThrottlingException")

        with Faults(client, "*", *[busy] * 1000), pytest.raises(TriggerFailedError):
            call.job(job, {"scope": "recent"})

        assert snapshot() == before
        call.job(job, {"scope": "recent"})

    def test_names_every_record_of_the_stream(
        self, call: Handlers, client: BaseClient, till: Till, stripe: FakeStripe
    ) -> None:
        till.cancel(paid(call))
        busy = refused("ThrottlingException")
        with Faults(client, "*", *[busy] * 1000):
            assert len(till.follow_up()) == 3  # paid, cancelled, owed

        assert till.follow_up() == []
        assert len(stripe.everything("refunds")) == 1


class TestContention:
    """Others at work on the same items are waited for, up to a point."""

    @pytest.mark.parametrize("operation", ["createBooking", "updateBooking", "cancelBooking"])
    @pytest.mark.parametrize("conflicts", [1, 5])
    def test_a_conflict_is_waited_out(
        self, call: Handlers, client: BaseClient, operation: str, conflicts: int
    ) -> None:
        conflict = cancelled("None", "TransactionConflict", "None")
        request = good_request(operation, call)

        with Faults(client, WRITE, *[conflict] * conflicts) as faults:
            answer = call(operation, **request)

        assert not faults.pending
        assert answer.status < 300

    @pytest.mark.parametrize("operation", ["createBooking", "updateBooking", "cancelBooking"])
    def test_without_end_it_is_an_outage_that_leaves_no_trace(
        self,
        call: Handlers,
        client: BaseClient,
        snapshot: Snapshot,
        operation: str,
    ) -> None:
        conflict = cancelled("None", "TransactionConflict", "None")
        request = good_request(operation, call)
        before = snapshot()

        with Faults(client, WRITE, *[conflict] * 1000):
            assert_unavailable(call(operation, **request))

        assert snapshot() == before

    def test_a_capacity_waits_too(self, call: Handlers, client: BaseClient) -> None:
        conflict = refused("TransactionConflictException")
        request = good_request("setSlotCapacity", call)

        with Faults(client, "UpdateItem", *[conflict] * 3) as faults:
            assert call("setSlotCapacity", **request).status == 200

        assert not faults.pending
        with Faults(client, "UpdateItem", *[conflict] * 1000):
            assert_unavailable(call("setSlotCapacity", **request))


class TestOutage:
    """A database that does not answer, or says that it is busy."""

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("ProvisionedThroughputExceededException", 400),
            ("ThrottlingException", 400),
            ("InternalServerError", 500),
        ],
    )
    @pytest.mark.parametrize("operation", WITH_TABLE)
    def test_a_throttle_is_retried_and_then_told(
        self,
        call: Handlers,
        client: BaseClient,
        snapshot: Snapshot,
        operation: str,
        code: str,
        status: int,
    ) -> None:
        request = good_request(operation, call)
        before = snapshot()
        busy = refused(code, status)

        with Faults(client, "*", *[busy] * 1000):
            assert_unavailable(call(operation, **request))
        assert snapshot() == before

        with Faults(client, "*", busy) as faults:
            assert call(operation, **request).status < 300
        assert not faults.pending

    @pytest.mark.parametrize("operation", WITH_TABLE)
    def test_a_table_out_of_reach_is_told(
        self, call: Handlers, nowhere: str, operation: str
    ) -> None:
        request = good_request(operation, call)
        impatient = Config(connect_timeout=0.2, retries={"total_max_attempts": 1})
        call.table = Table(
            boto3.client("dynamodb", endpoint_url=nowhere, config=impatient), "bookings"
        )

        assert_unavailable(call(operation, **request))

    @pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
    @pytest.mark.parametrize("operation", WITH_TABLE)
    def test_a_fault_of_our_own_is_not_explained(
        self,
        call: Handlers,
        client: BaseClient,
        snapshot: Snapshot,
        operation: str,
        code: str,
    ) -> None:
        request = good_request(operation, call)
        before = snapshot()

        with Faults(client, "*", refused(code)):
            answer = call(operation, **request)

        assert answer.status == 500
        assert "Retry-After" not in answer.headers
        assert code not in str(answer.body)
        assert snapshot() == before


class TestCursorSecret:
    """Cursors need their secret, and outlive its rotation."""

    @pytest.fixture(autouse=True)
    def own_secret(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """Sign the list's cursors with a secret that other tests do not share."""
        name = str(uuid.uuid4())
        aws.client("secretsmanager").create_secret(Name=name, SecretString="the first")
        monkeypatch.setattr(load_function("bookings/list_bookings").cursors, "_arn", name)
        return name

    @pytest.fixture
    def first_page(self, call: Handlers, table: Table) -> dict[str, Any]:
        stored(table)
        call("createBooking", booking_body(time="12:00"))
        page: dict[str, Any] = call("listBookings", query={"limit": "1"}).body
        return page

    def rotate(self, name: str) -> None:
        value = str(uuid.uuid4())
        aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)

    def go_on(self, call: Handlers, page: dict[str, Any]) -> Answer:
        return call("listBookings", query={"limit": "1", "cursor": page["next_cursor"]})

    def test_without_it_a_list_with_more_pages_is_unavailable(
        self, call: Handlers, nowhere: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for start in ("12:00", "15:00"):
            call("createBooking", booking_body(time=start))
        impatient = Config(connect_timeout=0.2, retries={"total_max_attempts": 1})
        unreachable = botocore.session.get_session().create_client(
            "secretsmanager", endpoint_url=nowhere, config=impatient
        )
        monkeypatch.setattr(secret, "client", lambda _: unreachable)

        assert_unavailable(call("listBookings", query={"limit": "1"}))

    def test_a_list_on_one_page_does_not_need_it(
        self, call: Handlers, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored(table)
        monkeypatch.delattr(secret, "client")

        assert call("listBookings").status == 200

    def test_a_cursor_outlives_a_rotation(
        self,
        call: Handlers,
        own_secret: str,
        first_page: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.rotate(own_secret)
        monkeypatch.setattr(secret, "_cache", {})

        assert self.go_on(call, first_page).status == 200

    def test_but_not_two(
        self,
        call: Handlers,
        own_secret: str,
        first_page: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.rotate(own_secret)
        self.rotate(own_secret)
        monkeypatch.setattr(secret, "_cache", {})

        assert self.go_on(call, first_page).problem == (400, "invalid_cursor")

    def test_a_cursor_signed_with_the_new_secret_is_good_where_the_old_one_is_kept(
        self, call: Handlers, table: Table, own_secret: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given an instance that keeps the old secret
        stored(table)
        call("createBooking", booking_body(time="12:00"))
        call("listBookings", query={"limit": "1"})
        kept = dict(secret._cache)
        # And one that has read the new secret and signs with it
        self.rotate(own_secret)
        monkeypatch.setattr(secret, "_cache", {})
        page = call("listBookings", query={"limit": "1"}).body
        # When the next page is asked of the first
        monkeypatch.setattr(secret, "_cache", kept)

        assert self.go_on(call, page).status == 200


class TestPseudonymSecret:
    """Without it nobody's record can be found, and nobody is told anything about an account."""

    @pytest.mark.parametrize("operation", WITH_PSEUDONYM)
    def test_without_it_an_account_is_unavailable(
        self,
        call: Handlers,
        snapshot: Snapshot,
        nowhere: str,
        monkeypatch: pytest.MonkeyPatch,
        operation: str,
    ) -> None:
        request = good_request(operation, call)
        before = snapshot()
        impatient = Config(connect_timeout=0.2, retries={"total_max_attempts": 1})
        unreachable = botocore.session.get_session().create_client(
            "secretsmanager", endpoint_url=nowhere, config=impatient
        )

        with monkeypatch.context() as outage:
            outage.setattr(secret, "client", lambda _: unreachable)
            outage.setattr(secret, "_cache", {})
            assert_unavailable(call(operation, **request))

        assert snapshot() == before
        assert call(operation, **request).status < 300

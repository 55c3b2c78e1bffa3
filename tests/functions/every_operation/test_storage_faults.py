"""Answers while the database or the network fails: a 503 with the time to wait."""

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
from tests.caches import secrets_cache
from tests.clients import new_client
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.every_operation.test_imports import needs_store
from tests.functions.example import declared
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.payment_steps import PaymentSteps, paid_booking
from tests.functions.requests import good_request
from tests.sizes import pairs
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
KEY_HEADER: dict[str, str | None] = {"Idempotency-Key": "k"}


@pytest.fixture
def client(dynamodb: BaseClient) -> BaseClient:
    """A client like that of our functions, with all its retries left."""
    return new_client("dynamodb")


@pytest.fixture
def table(client: BaseClient, table_name: str) -> Table:
    return Table(client, table_name)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def nowhere() -> str:
    """The URL of a closed port."""
    with socket.create_server(("127.0.0.1", 0)) as once:
        return f"http://127.0.0.1:{once.getsockname()[1]}"


def assert_unavailable(answer: Answer) -> None:
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    if answer.body:
        assert answer.problem == (503, "storage_unavailable")


class TestLostMessage:
    """A lost message changes neither the answer nor the table."""

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_a_booking_is_created_once_although_a_message_was_lost(
        self, call: Handlers, client: BaseClient, snapshot: Snapshot, fault: Fault
    ) -> None:
        with Faults(client, WRITE, fault) as faults:
            answer = call("createBooking", booking_body(), headers=KEY_HEADER)

        assert not faults.pending
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert len(snapshot()) == 4  # the booking, its event, its slot, the customer's limit
        assert call("getBooking", booking_id=answer.body["booking_id"]).body == answer.body

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    @pytest.mark.parametrize("operation", ["updateBooking", "cancelBooking"])
    def test_a_booking_is_changed_once_although_a_message_was_lost(
        self, call: Handlers, client: BaseClient, table: Table, operation: str, fault: Fault
    ) -> None:
        booking = stored_booking(table)

        with Faults(client, WRITE, fault) as faults:
            answer = call(
                operation, **good_request(operation, call, booking), headers={"If-Match": '"1"'}
            )

        assert not faults.pending
        assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
        trail = call("listBookingEvents", booking_id=booking.id).body["items"]
        assert [event["version"] for event in trail] == [1, 2]

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_a_capacity_is_set_although_a_message_was_lost(
        self, call: Handlers, client: BaseClient, fault: Fault
    ) -> None:
        with Faults(client, "UpdateItem", fault) as faults:
            answer = call("setSlotCapacity", **good_request("setSlotCapacity", call))

        assert not faults.pending
        assert (answer.status, answer.body["capacity"]) == (200, 2)

    def test_a_caller_without_an_answer_repeats_the_request_and_gets_one_booking(
        self, call: Handlers, client: BaseClient, snapshot: Snapshot
    ) -> None:
        with Faults(client, WRITE, lost_answer, lost_answer, lost_answer):
            assert_unavailable(call("createBooking", booking_body(), headers=KEY_HEADER))

        again = call("createBooking", booking_body(), headers=KEY_HEADER)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert len(snapshot()) == 4


class TestLostMessageAboutPayment:
    """A lost message causes no second intent, refund obligation or ledger entry."""

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    @pytest.mark.parametrize("aws_call", [WRITE, "UpdateItem"])
    def test_a_payment_intent_is_created_once_although_a_message_was_lost(
        self,
        call: Handlers,
        client: BaseClient,
        table: Table,
        stripe: FakeStripe,
        aws_call: str,
        fault: Fault,
    ) -> None:
        request = good_request("createPaymentIntent", call, stored_booking(table))

        with Faults(client, aws_call, fault) as faults:
            answer = call("createPaymentIntent", **request, headers=KEY_HEADER)

        assert not faults.pending
        assert answer.status == 201
        assert len(stripe.all_objects("payment_intents")) == 1
        again = call("createPaymentIntent", **request, headers=KEY_HEADER)
        assert again.body == answer.body

    @pytest.mark.parametrize("aws_call", [WRITE, "UpdateItem"])
    def test_a_payment_intent_without_an_answer_is_created_once_by_a_repeated_request(
        self, call: Handlers, client: BaseClient, table: Table, stripe: FakeStripe, aws_call: str
    ) -> None:
        request = good_request("createPaymentIntent", call, stored_booking(table))
        with Faults(client, aws_call, lost_answer, lost_answer, lost_answer):
            assert_unavailable(call("createPaymentIntent", **request, headers=KEY_HEADER))

        again = call("createPaymentIntent", **request, headers=KEY_HEADER)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert len(stripe.all_objects("payment_intents")) == 1

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_a_refund_is_requested_once_although_a_message_was_lost(
        self, call: Handlers, client: BaseClient, steps: PaymentSteps, fault: Fault
    ) -> None:
        booking = paid_booking(call)

        with Faults(client, WRITE, fault) as faults:
            assert steps.refund(booking, 100, headers=KEY_HEADER).status == 201

        assert not faults.pending
        assert steps.ledger(booking) == [("captured", 10_000), ("goodwill_owed", 100)]

    def test_a_refund_without_an_answer_is_requested_once_by_a_repeated_request(
        self, call: Handlers, client: BaseClient, steps: PaymentSteps
    ) -> None:
        booking = paid_booking(call)
        with Faults(client, WRITE, lost_answer, lost_answer, lost_answer):
            assert_unavailable(steps.refund(booking, headers=KEY_HEADER))

        again = steps.refund(booking, headers=KEY_HEADER)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert steps.account(booking)["balance"]["refund_owed"] == 10_000

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_an_event_is_applied_once_although_a_message_was_lost(
        self, call: Handlers, client: BaseClient, steps: PaymentSteps, table: Table, fault: Fault
    ) -> None:
        booking = stored_booking(table)
        steps.pay(booking)

        with Faults(client, WRITE, fault) as faults:
            assert [each.status for each in call.deliver()] == [200]

        assert not faults.pending
        assert steps.ledger(booking) == [("captured", 10_000)]
        steps.check(booking)


class TestJobsInAnOutage:
    """A run during an outage of the table fails and changes nothing; the next one does its work."""

    @pytest.mark.parametrize("job", [each for each in contract.JOBS if each != "followUpPayments"])
    def test_a_job_fails_in_an_outage_and_is_made_up_for(
        self,
        call: Handlers,
        client: BaseClient,
        steps: PaymentSteps,
        snapshot: Snapshot,
        now: Clock,
        job: str,
    ) -> None:
        steps.cancel(paid_booking(call))
        waiting = stored_booking(call.table)
        now.set(waiting.payment_due_at + timedelta(seconds=1))
        before = snapshot()
        throttled = refused("ThrottlingException")

        with Faults(client, "*", *[throttled] * 1000), pytest.raises(TriggerFailedError):
            call.job(job, {"scope": "recent"})

        assert snapshot() == before
        call.job(job, {"scope": "recent"})

    def test_every_record_of_the_stream_fails_in_an_outage(
        self, call: Handlers, client: BaseClient, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        steps.cancel(paid_booking(call))
        throttled = refused("ThrottlingException")
        with Faults(client, "*", *[throttled] * 1000):
            assert len(steps.follow_up()) == 3  # paid, cancelled, owed

        assert steps.follow_up() == []
        assert len(stripe.all_objects("refunds")) == 1


class TestContention:
    """Conflicts with other writers are retried a limited number of times."""

    @pytest.mark.parametrize("operation", ["createBooking", "updateBooking", "cancelBooking"])
    @pytest.mark.parametrize("conflicts", [1, 5])
    def test_a_transaction_conflict_is_retried(
        self, call: Handlers, client: BaseClient, operation: str, conflicts: int
    ) -> None:
        conflict = cancelled("None", "TransactionConflict", "None")
        request = good_request(operation, call)

        with Faults(client, WRITE, *[conflict] * conflicts) as faults:
            answer = call(operation, **request)

        assert not faults.pending
        assert answer.status < 300

    @pytest.mark.parametrize("operation", ["createBooking", "updateBooking", "cancelBooking"])
    def test_a_permanent_transaction_conflict_is_a_503_without_effect(
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

    def test_a_transaction_conflict_on_a_capacity_is_retried(
        self, call: Handlers, client: BaseClient
    ) -> None:
        conflict = refused("TransactionConflictException")
        request = good_request("setSlotCapacity", call)

        with Faults(client, "UpdateItem", *[conflict] * 3) as faults:
            assert call("setSlotCapacity", **request).status == 200

        assert not faults.pending
        with Faults(client, "UpdateItem", *[conflict] * 1000):
            assert_unavailable(call("setSlotCapacity", **request))


class TestOutage:
    """A database that does not answer or throttles."""

    @pytest.mark.parametrize(
        ("operation", "code"),
        pairs(
            WITH_TABLE,
            [
                "ProvisionedThroughputExceededException",
                "ThrottlingException",
                "InternalServerError",
            ],
        ),
    )
    def test_a_throttled_call_is_retried_and_then_a_503(
        self,
        call: Handlers,
        client: BaseClient,
        snapshot: Snapshot,
        operation: str,
        code: str,
    ) -> None:
        request = good_request(operation, call)
        before = snapshot()
        throttled = refused(code, 500 if code == "InternalServerError" else 400)

        with Faults(client, "*", *[throttled] * 1000):
            assert_unavailable(call(operation, **request))
        assert snapshot() == before

        with Faults(client, "*", throttled) as faults:
            assert call(operation, **request).status < 300
        assert not faults.pending

    @pytest.mark.parametrize("operation", WITH_TABLE)
    def test_an_unreachable_table_is_a_503(
        self, call: Handlers, nowhere: str, operation: str
    ) -> None:
        request = good_request(operation, call)
        impatient = Config(connect_timeout=0.2, retries={"total_max_attempts": 1})
        call.table = Table(
            boto3.client("dynamodb", endpoint_url=nowhere, config=impatient), "bookings"
        )

        assert_unavailable(call(operation, **request))

    @pytest.mark.parametrize(
        ("operation", "code"), pairs(WITH_TABLE, ["AccessDeniedException", "ValidationException"])
    )
    def test_a_fault_of_ours_is_a_500_without_details(
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
    """Cursors need their secret, and stay valid after one rotation."""

    @pytest.fixture(autouse=True)
    def own_secret(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """Sign the cursors of lists with a secret that only this test uses."""
        name = str(uuid.uuid4())
        aws.client("secretsmanager").create_secret(Name=name, SecretString="the first")
        monkeypatch.setattr(load_function("bookings/list_bookings").cursors, "_arn", name)
        return name

    @pytest.fixture
    def first_page(self, call: Handlers, table: Table) -> dict[str, Any]:
        stored_booking(table)
        call("createBooking", booking_body(time="12:00"))
        page: dict[str, Any] = call("listBookings", query={"limit": "1"}).body
        return page

    def rotate(self, name: str) -> None:
        value = str(uuid.uuid4())
        aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)

    def go_on(self, call: Handlers, page: dict[str, Any]) -> Answer:
        return call("listBookings", query={"limit": "1", "cursor": page["next_cursor"]})

    def test_a_list_with_more_pages_is_unavailable_without_the_cursor_secret(
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

    def test_a_list_on_one_page_does_not_need_the_cursor_secret(
        self, call: Handlers, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored_booking(table)
        monkeypatch.delattr(secret, "client")

        assert call("listBookings").status == 200

    def test_a_cursor_is_valid_after_one_rotation_of_the_secret(
        self,
        call: Handlers,
        own_secret: str,
        first_page: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.rotate(own_secret)
        monkeypatch.setattr(secret, "_cache", secrets_cache())

        assert self.go_on(call, first_page).status == 200

    def test_a_cursor_is_refused_after_two_rotations_of_the_secret(
        self,
        call: Handlers,
        own_secret: str,
        first_page: dict[str, Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.rotate(own_secret)
        self.rotate(own_secret)
        monkeypatch.setattr(secret, "_cache", secrets_cache())

        assert self.go_on(call, first_page).problem == (400, "invalid_cursor")

    def test_a_cursor_signed_with_the_new_secret_is_valid_where_the_old_one_is_cached(
        self, call: Handlers, table: Table, own_secret: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given an instance that has cached the old secret
        stored_booking(table)
        call("createBooking", booking_body(time="12:00"))
        call("listBookings", query={"limit": "1"})
        kept = secret._cache
        # And another one that signs with the new secret
        self.rotate(own_secret)
        monkeypatch.setattr(secret, "_cache", secrets_cache())
        page = call("listBookings", query={"limit": "1"}).body
        # When the first instance gets the request for the next page
        monkeypatch.setattr(secret, "_cache", kept)

        assert self.go_on(call, page).status == 200


class TestPseudonymSecret:
    """Without it no record can be found, and no answer reveals an account."""

    @pytest.mark.parametrize("operation", WITH_PSEUDONYM)
    def test_accounts_are_unavailable_without_the_pseudonym_secret(
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
            outage.setattr(secret, "_cache", secrets_cache())
            assert_unavailable(call(operation, **request))

        assert snapshot() == before
        assert call(operation, **request).status < 300

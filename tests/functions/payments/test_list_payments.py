"""The payments of a booking: every attempt, the whole ledger, and the balance."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import new_id
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import DECLINED, PaymentSteps, paid_booking

from teppan.domain.bookings.booking import Booking
from teppan.store.attributes import Item, Key
from teppan.store.table import Page, Table

OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.paid_booking}),
    reads={
        "BookingPayments": "booking_id version booking_status payment_status total deposit_due"
        " balance_due currency balance payments entries",
        "LedgerBalance": "captured refunded refund_owed refund_sent disputed lost refundable"
        " credited",
        "PaymentAttempt": "payment_type attempt amount status payment_intent_id created_at",
        "LedgerEntry": "reference kind amount at payment_intent_id refund dispute reason",
    },
    optional={"PaymentAttempt": "payment_intent_id", "LedgerEntry": "refund dispute reason"},
)

TOTAL, DEPOSIT = 71_445, 10_000
NOTHING = dict.fromkeys(
    ("captured", "refunded", "refund_owed", "refund_sent", "disputed", "lost", "refundable"), 0
) | {"credited": 0}


def test_a_new_booking_has_no_payments(steps: PaymentSteps, booking: Booking) -> None:
    assert steps.account(booking) == {
        "booking_id": booking.id,
        "version": 1,
        "booking_status": "pending",
        "payment_status": "awaiting_payment",
        "total": TOTAL,
        "deposit_due": DEPOSIT,
        "balance_due": TOTAL - DEPOSIT,
        "currency": "usd",
        "balance": NOTHING,
        "payments": [],
        "entries": [],
    }


def test_an_open_payment_attempt_is_listed(steps: PaymentSteps, booking: Booking) -> None:
    intent = steps.open(booking).body["payment_intent_id"]

    assert steps.account(booking)["payments"] == [
        {
            "payment_type": "deposit",
            "attempt": 1,
            "amount": DEPOSIT,
            "status": "requires_payment_method",
            "payment_intent_id": intent,
            "created_at": "2026-11-23T18:00:00Z",
        }
    ]


def test_an_attempt_that_did_not_reach_stripe_has_no_intent(
    steps: PaymentSteps, stripe: FakeStripe, booking: Booking
) -> None:
    stripe.faults.fail_next("reset", times=9)
    steps.open(booking)

    (attempt,) = steps.account(booking)["payments"]
    assert "payment_intent_id" not in attempt


def test_the_client_secret_is_not_shown_again(steps: PaymentSteps, booking: Booking) -> None:
    secret = steps.open(booking).body["client_secret"]

    assert secret not in str(steps.account(booking))


def test_every_entry_from_the_deposit_to_the_refund_is_listed(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
) -> None:
    # Given a deposit, a cancellation an hour later, and its refund an hour after that
    intent = steps.pay(booking)
    call.deliver()
    now.set(now.at + timedelta(hours=1))
    steps.cancel(booking)
    now.set(now.at + timedelta(hours=1))
    steps.follow_up()

    account = steps.account(booking)

    (refund,) = stripe.all_objects("refunds")
    obligation = {"refund": "cancellation-3-1", "payment_intent_id": intent, "amount": 9_700}
    assert account["entries"] == [
        {
            "reference": intent,
            "kind": "captured",
            "amount": DEPOSIT,
            "at": "2026-11-23T18:00:00Z",
            "payment_intent_id": intent,
        },
        obligation
        | {
            "reference": "cancellation-3-1",
            "kind": "refund_owed",
            "at": "2026-11-23T19:00:00Z",
            "reason": "cancellation",
        },
        obligation
        | {"reference": refund["id"], "kind": "refund_sent", "at": "2026-11-23T20:00:00Z"},
        obligation | {"reference": refund["id"], "kind": "refunded", "at": "2026-11-23T20:00:00Z"},
    ]
    assert account["balance"] == NOTHING | {
        "captured": DEPOSIT,
        "refunded": 9_700,
        "refundable": 300,
        "credited": 300,
    }
    assert account["booking_status"] == "cancelled"
    assert account["payment_status"] == "partially_refunded"
    assert [each["status"] for each in account["payments"]] == ["succeeded"]


def test_attempts_and_entries_are_listed_in_the_order_of_time(
    call: Handlers, steps: PaymentSteps, now: Clock, booking: Booking
) -> None:
    for payment_type in ("full", "deposit", "full", "deposit"):
        now.set(now.at + timedelta(minutes=1))
        steps.open(booking, payment_type)
    steps.pay(booking)
    call.deliver()
    for _ in range(3):
        now.set(now.at + timedelta(minutes=1))
        steps.refund(booking, 100)

    account = steps.account(booking)

    order = [(each["payment_type"], each["attempt"]) for each in account["payments"]]
    assert order == [("full", 1), ("deposit", 1), ("full", 2), ("deposit", 2)]
    times = [each["at"] for each in account["entries"]]
    assert times == sorted(times)
    assert len(times) == 4


@pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
def test_customers_and_staff_see_the_same_payments_of_a_booking(
    call: Handlers, steps: PaymentSteps, booking: Booking, by: str
) -> None:
    paid_booking(call, booking)

    answer = call("listPayments", booking_id=booking.id, by=by)

    assert answer.status == 200
    assert answer.headers["ETag"] == '"2"'
    assert answer.body == steps.account(booking)


@pytest.mark.parametrize("by", [OTHER_CUSTOMER, CUSTOMER])
def test_the_payments_of_another_customers_booking_are_not_found(
    call: Handlers, booking: Booking, by: str
) -> None:
    booking_id = booking.id if by == OTHER_CUSTOMER else new_id()

    answer = call("listPayments", booking_id=booking_id, by=by)

    assert answer.problem == (404, "booking_not_found")


def test_listing_payments_does_not_call_stripe(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
) -> None:
    # Given a payment whose webhook is not delivered
    steps.pay(booking)
    stripe.faults.fail_next("reset", times=9)

    assert steps.account(booking)["balance"] == NOTHING


@pytest.mark.parametrize(
    ("won", "balance", "payment_status"),
    [
        (None, {"captured": DEPOSIT, "disputed": DEPOSIT, "credited": DEPOSIT}, "disputed"),
        (True, {"captured": DEPOSIT, "refundable": DEPOSIT, "credited": DEPOSIT}, "deposit_paid"),
        (False, {"captured": DEPOSIT, "lost": DEPOSIT}, "awaiting_payment"),
    ],
)
def test_the_balance_shows_money_in_dispute_and_money_lost(
    call: Handlers,
    steps: PaymentSteps,
    stripe: FakeStripe,
    booking: Booking,
    won: bool | None,
    balance: dict[str, Any],
    payment_status: str,
) -> None:
    dispute = stripe.dispute(next(iter(paid_booking(call, booking).payments)))
    if won is not None:
        stripe.close_dispute(dispute["id"], won=won)
    call.deliver()

    account = steps.account(booking)

    assert account["balance"] == NOTHING | balance
    assert account["payment_status"] == payment_status
    steps.check(booking)


def test_a_declined_card_leaves_no_entry(
    call: Handlers, steps: PaymentSteps, booking: Booking
) -> None:
    steps.pay(booking, card=DECLINED)
    call.deliver()

    account = steps.account(booking)

    assert account["entries"] == []
    assert [each["status"] for each in account["payments"]] == ["requires_payment_method"]


class InterruptedTable(Table):
    """A table that calls another writer before the reads with certain numbers."""

    def __init__(
        self, dynamodb: BaseClient, name: str, interruptions: Mapping[int, Callable[[], object]]
    ) -> None:
        super().__init__(dynamodb, name)
        self._others = interruptions
        self.reads = 0

    def get(self, key: Key) -> Item | None:
        self._wait()
        return super().get(key)

    def query(self, condition: str, values: Mapping[str, Any], **options: Any) -> Page:
        self._wait()
        return super().query(condition, values, **options)

    def _wait(self) -> None:
        self.reads += 1
        self._others.get(self.reads, lambda: None)()


class TestConcurrentWrites:
    """The answer shows the booking and the ledger of the same moment."""

    READS = 4
    """The booking, its attempts, its ledger, and the booking again."""

    @pytest.mark.parametrize("read", range(1, READS + 1))
    def test_a_payment_entered_between_two_reads_is_shown_whole(
        self,
        call: Handlers,
        steps: PaymentSteps,
        table: Table,
        dynamodb: BaseClient,
        table_name: str,
        booking: Booking,
        read: int,
    ) -> None:
        # Given a payment that is entered before one of the reads
        steps.pay(booking)

        def deliver() -> None:
            call.table = table
            call.deliver()
            call.table = interrupted

        interrupted = InterruptedTable(dynamodb, table_name, {read: deliver})
        call.table = interrupted

        account = steps.account(booking)

        # Then the answer shows all of it
        assert account["version"] == 2
        assert account["balance"]["captured"] == DEPOSIT
        assert [each["kind"] for each in account["entries"]] == ["captured"]
        assert [each["status"] for each in account["payments"]] == ["succeeded"]
        assert interrupted.reads == (self.READS if read == 1 else 2 * self.READS - 1)

    def test_a_booking_that_changes_between_any_two_reads_is_a_503(
        self,
        call: Handlers,
        steps: PaymentSteps,
        table: Table,
        dynamodb: BaseClient,
        table_name: str,
    ) -> None:
        # Given staff who refund one cent between any two reads
        booking = paid_booking(call)

        def give_back() -> None:
            call.table = table
            steps.refund(booking, 1)
            call.table = interrupted

        interrupted = InterruptedTable(
            dynamodb, table_name, dict.fromkeys(range(1, 100), give_back)
        )
        call.table = interrupted

        answer = call("listPayments", booking_id=booking.id)

        assert answer.problem == (503, "storage_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert interrupted.reads < 30

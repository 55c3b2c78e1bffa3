"""Taking note of a payment at once: what the webhook would do, as often as one likes."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, OTHER_CUSTOMER
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, new_id, stored
from tests.functions.handlers import Answer, Handlers
from tests.functions.money import BANK, DECLINED, SECURE, Till, opened, paid
from tests.functions.stripe import intent_of_others

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import LedgerEntry
from teppan.store.bookings import bookings
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(body={"payment_intent_id": given.payment}),
    reads={
        "PaymentConfirmation": "payment_intent_id payment_type status amount currency booking_id"
        " version booking_status payment_status",
    },
    texts={"ConfirmPayment": "payment_intent_id"},
)

TOTAL, DEPOSIT = 71_445, 10_000


@pytest.fixture
def booking(table: Table) -> Booking:
    return stored(table)


def confirm(call: Handlers, intent: str, **request: Any) -> Answer:
    return call("confirmPayment", {"payment_intent_id": intent}, **request)


class TestAPayment:
    def test_confirms_its_booking(self, call: Handlers, till: Till, booking: Booking) -> None:
        intent = till.pay(booking)

        answer = confirm(call, intent)

        assert answer.status == 200
        assert answer.headers["ETag"] == '"2"'
        assert answer.body == {
            "payment_intent_id": intent,
            "payment_type": "deposit",
            "status": "succeeded",
            "amount": DEPOSIT,
            "currency": "usd",
            "booking_id": booking.id,
            "version": 2,
            "booking_status": "confirmed",
            "payment_status": "deposit_paid",
        }
        assert till.ledger(booking) == [("captured", DEPOSIT)]
        till.check(booking)

    def test_answers_with_what_a_faster_webhook_has_made_of_the_booking(
        self, call: Handlers, till: Till, booking: Booking
    ) -> None:
        # Given a webhook that comes in between reading the booking and reading its ledger
        intent = till.pay(booking)
        ledger, webhooks, told = bookings.ledger, iter([call.deliver]), list[Answer]()

        def read(table: Table, booking_id: str) -> list[LedgerEntry]:
            for deliver in webhooks:
                told.extend(deliver())
            return ledger(table, booking_id)

        with patch.object(bookings, "ledger", read):
            answer = confirm(call, intent)

        assert [each.status for each in told] == [200]
        assert answer.headers["ETag"] == '"2"'
        assert answer.body["booking_status"] == "confirmed"
        assert till.ledger(booking) == [("captured", DEPOSIT)]

    @pytest.mark.parametrize(
        ("wanted", "payment_status"), [("deposit", "deposit_paid"), ("full", "paid")]
    )
    def test_says_how_the_booking_is_paid(
        self, call: Handlers, till: Till, booking: Booking, wanted: str, payment_status: str
    ) -> None:
        answer = confirm(call, till.pay(booking, wanted))

        assert answer.body["booking_status"] == "confirmed"
        assert answer.body["payment_status"] == payment_status

    def test_of_the_balance_settles_it(self, call: Handlers, till: Till, booking: Booking) -> None:
        paid(call, booking)

        answer = confirm(call, till.pay(booking, "balance"))

        assert (answer.body["amount"], answer.body["payment_status"]) == (TOTAL - DEPOSIT, "paid")
        assert answer.body["version"] == 3

    def test_has_its_line_in_the_audit_trail(
        self, call: Handlers, till: Till, booking: Booking
    ) -> None:
        confirm(call, till.pay(booking))
        confirm(call, till.pay(booking, "balance"))

        trail = call("listBookingEvents", booking_id=booking.id).body["items"]

        assert [each["type"] for each in trail] == ["created", "confirmed", "payment"]
        changed = {each["field"]: (each["from"], each["to"]) for each in trail[1]["changes"]}
        assert changed == {
            "status": ("pending", "confirmed"),
            "payment_status": ("awaiting_payment", "deposit_paid"),
            "amount_paid": (0, DEPOSIT),
        }

    def test_a_payment_that_the_client_confirms_is_counted_once(
        self, call: Handlers, till: Till, output: Output, booking: Booking
    ) -> None:
        intent = till.pay(booking)

        for _ in range(2):
            confirm(call, intent)
        call.deliver()

        assert counted(output(), "PaymentsCaptured") == 1

    def test_is_one_whoever_tells_of_it_and_how_often(
        self, call: Handlers, till: Till, snapshot: Snapshot, booking: Booking
    ) -> None:
        intent = till.pay(booking)
        first = confirm(call, intent)
        before = snapshot()

        for _ in range(3):
            again = confirm(call, intent)
            assert (again.status, again.body) == (200, first.body)
        assert snapshot() == before

        call.deliver()
        assert till.ledger(booking) == [("captured", DEPOSIT)]
        assert confirm(call, intent).body == first.body

    def test_that_the_webhook_has_told_of_is_only_shown(
        self, call: Handlers, till: Till, snapshot: Snapshot, booking: Booking
    ) -> None:
        intent = till.pay(booking)
        call.deliver()
        before = snapshot()

        answer = confirm(call, intent)

        assert (answer.status, answer.body["booking_status"]) == (200, "confirmed")
        assert answer.headers["ETag"] == '"2"'
        assert snapshot() == before


class TestWhatIsNotPaid:
    def test_changes_nothing(self, call: Handlers, till: Till, booking: Booking) -> None:
        answer = confirm(call, opened(call, booking))

        assert answer.status == 200
        assert answer.body["status"] == "requires_payment_method"
        assert (answer.body["booking_status"], answer.body["version"]) == ("pending", 1)
        assert till.ledger(booking) == []

    @pytest.mark.parametrize(
        ("card", "status"),
        [
            (DECLINED, "requires_payment_method"),
            (SECURE, "requires_action"),
            (BANK, "processing"),
        ],
    )
    def test_nor_does_one_that_was_declined_or_waits(
        self, call: Handlers, till: Till, booking: Booking, card: str, status: str
    ) -> None:
        answer = confirm(call, till.pay(booking, card=card))

        assert (answer.body["status"], answer.body["booking_status"]) == (status, "pending")
        (attempt,) = till.account(booking)["payments"]
        assert attempt["status"] == status

    def test_until_it_is(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = till.pay(booking, card=SECURE)
        stripe.authenticate(intent)

        assert confirm(call, intent).body["booking_status"] == "confirmed"

    def test_one_that_was_cancelled_stays_so(self, call: Handlers, booking: Booking) -> None:
        intent = opened(call, booking)
        call.provider.cancel(intent)

        assert confirm(call, intent).body["status"] == "canceled"


class TestWhoseItIs:
    @pytest.mark.parametrize("by", [OTHER_CUSTOMER, ADMIN])
    def test_only_staff_sees_another_customers(
        self, call: Handlers, till: Till, snapshot: Snapshot, booking: Booking, by: str
    ) -> None:
        intent = till.pay(booking)
        before = snapshot()

        answer = confirm(call, intent, by=by)

        if by == ADMIN:
            assert answer.body["booking_status"] == "confirmed"
        else:
            assert answer.problem == (404, "payment_not_found")
            assert snapshot() == before

    @pytest.mark.parametrize("by", [OTHER_CUSTOMER, ADMIN])
    @pytest.mark.parametrize(
        "metadata",
        [
            pytest.param({}, id="somebody else's shop"),
            pytest.param({"booking_id": "17"}, id="half a name"),
            pytest.param(
                {"booking_id": new_id(), "payment_type": "deposit", "attempt": "1"},
                id="a booking that is not there",
            ),
            pytest.param(
                {"booking_id": new_id(), "payment_type": "tip", "attempt": "1"},
                id="a type of payment that is none",
            ),
            pytest.param(
                {"booking_id": new_id(), "payment_type": "deposit", "attempt": "one"},
                id="an attempt that is none",
            ),
        ],
    )
    def test_what_is_not_ours_is_not_there(
        self,
        call: Handlers,
        stripe: FakeStripe,
        snapshot: Snapshot,
        metadata: dict[str, str],
        by: str,
    ) -> None:
        intent = intent_of_others(stripe, DEPOSIT, **metadata)
        stripe.pay(intent)
        before = snapshot()

        assert confirm(call, intent, by=by).problem == (404, "payment_not_found")
        assert snapshot() == before

    def test_nor_is_what_stripe_does_not_know(self, call: Handlers) -> None:
        assert confirm(call, "pi_nobodyKnows").problem == (404, "payment_not_found")

    @pytest.mark.parametrize("junk", ["", "pi_", "pi_/../ch_1", "ch_1", "pi_1?expand", "pi_é"])
    def test_what_is_no_id_does_not_reach_stripe(
        self, call: Handlers, stripe: FakeStripe, junk: str
    ) -> None:
        stripe.faults.next("reset", times=9)

        answer = confirm(call, junk)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /payment_intent_id"]


class TestMoneyForABookingThatHasEnded:
    def test_is_promised_back(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given a customer who pays just when the booking is cancelled
        intent = opened(call, booking)
        till.cancel(booking)
        stripe.pay(intent)

        answer = confirm(call, intent)

        assert answer.body["booking_status"] == "cancelled"
        assert answer.body["payment_status"] == "refund_pending"
        assert till.ledger(booking) == [("captured", DEPOSIT), ("refund_owed", DEPOSIT)]
        till.follow_up()
        call.deliver()
        assert till.account(booking)["balance"]["refunded"] == DEPOSIT
        till.check(booking)

    def test_brings_back_one_that_lapsed_while_its_slot_is_free(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        intent = lapsed(call, now, booking)
        stripe.pay(intent)

        answer = confirm(call, intent)

        assert answer.body["booking_status"] == "confirmed"
        assert till.ledger(booking) == [("captured", DEPOSIT)]
        assert till.now_of(booking).cancellation is None

    def test_but_not_from_who_has_its_slot_now(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        intent = lapsed(call, now, booking)
        rival = stored(call.table, at=now.at, by=OTHER_CUSTOMER)
        stripe.pay(intent)

        answer = confirm(call, intent)

        assert answer.body["booking_status"] == "cancelled"
        assert answer.body["payment_status"] == "refund_pending"
        assert till.now_of(rival).status is Status.PENDING
        till.follow_up()
        assert till.account(booking)["balance"]["refunded"] == DEPOSIT
        till.check(booking)


def lapsed(call: Handlers, now: Clock, booking: Booking) -> str:
    """Let a booking's time to pay pass, and an intent come up that its release did not know."""
    now.set(booking.payment_due_at + timedelta(hours=1))
    call.job("releaseUnpaidBookings")
    ours = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
    return intent_of_others(call.stripe, DEPOSIT, **ours)


class TestAStripeThatFails:
    @pytest.mark.parametrize(
        "kind", ["reset", "timeout", "lose_answer", "error_429", "error_500", "error_500_after"]
    )
    def test_is_told_and_loses_nothing(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        snapshot: Snapshot,
        booking: Booking,
        kind: Any,
    ) -> None:
        intent = till.pay(booking)
        before = snapshot()
        stripe.faults.next(kind, times=9)

        answer = confirm(call, intent)

        assert answer.problem == (503, "payment_provider_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert snapshot() == before
        stripe.faults.clear()
        assert confirm(call, intent).body["booking_status"] == "confirmed"

    def test_to_know_our_key_is_a_fault_of_ours(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = till.pay(booking)
        stripe.api_keys.clear()

        answer = confirm(call, intent)

        assert answer.problem == (502, "payment_provider_failed")
        assert int(answer.headers["Retry-After"]) > 0

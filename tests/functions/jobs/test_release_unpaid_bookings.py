"""Releasing unpaid bookings: after the payment deadline, once Stripe has no payment."""

from datetime import timedelta
from typing import Any

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, CUSTOMER, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted, emitted
from tests.functions.given import Snapshot, confirmed_booking, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import BANK, DECLINED, SECURE, PaymentSteps, open_payment
from tests.functions.stripe import create_foreign_intent

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table
from teppan.trigger import TriggerFailedError

JOB = "releaseUnpaidBookings"
DEPOSIT = 10_000
SECOND = timedelta(seconds=1)


@pytest.fixture
def booking(table: Table) -> Booking:
    return stored_booking(table)


@pytest.fixture
def overdue(booking: Booking, now: Clock) -> Booking:
    """The booking, a second after its payment deadline."""
    now.set(booking.payment_due_at + SECOND)
    return booking


def intents(stripe: FakeStripe) -> list[str]:
    return [each["status"] for each in stripe.all_objects("payment_intents")]


class TestOverdueBooking:
    def test_an_overdue_booking_is_cancelled_by_the_system(
        self, call: Handlers, overdue: Booking
    ) -> None:
        assert call.job(JOB) is None

        shown = call("getBooking", booking_id=overdue.id).body
        assert (shown["status"], shown["version"]) == ("cancelled", 2)
        assert shown["cancellation"] == {
            "cancelled_at": "2026-11-24T18:00:01Z",
            "by": "system",
            "reason": "payment_overdue",
            "refund_amount": 0,
            "refund_percentage": 100,
        }

    def test_the_release_has_an_event_in_the_audit_trail(
        self, call: Handlers, overdue: Booking
    ) -> None:
        call.job(JOB)

        trail = call("listBookingEvents", booking_id=overdue.id, by=ADMIN).body["items"]

        assert (trail[-1]["type"], trail[-1]["reason"]) == ("cancelled", "payment_overdue")
        assert trail[-1]["actor"] == {"id": JOB, "role": "system"}

    def test_an_overdue_booking_releases_its_slot(
        self, call: Handlers, table: Table, now: Clock, overdue: Booking
    ) -> None:
        call.job(JOB)

        assert stored_booking(table, at=now.at).slot == overdue.slot

    @pytest.mark.usefixtures("overdue")
    def test_an_overdue_booking_is_released_once(
        self, call: Handlers, snapshot: Snapshot, output: Output
    ) -> None:
        call.job(JOB)
        before = snapshot()
        call.job(JOB)

        assert snapshot() == before
        assert counted(output(), "BookingsReleased") == 1

    @pytest.mark.parametrize("card", [None, DECLINED, SECURE])
    def test_the_open_intent_of_an_overdue_booking_is_cancelled(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        card: str | None,
    ) -> None:
        intent = open_payment(call, booking)
        if card:
            stripe.pay(intent, card)
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert intents(stripe) == ["canceled"]
        assert steps.now_of(booking).status is Status.CANCELLED
        assert [each["status"] for each in steps.account(booking)["payments"]] == ["canceled"]

    def test_an_intent_whose_creation_was_not_answered_is_cancelled_on_release(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at - timedelta(hours=1))
        stripe.faults.fail_next("lose_answer", times=9)
        steps.open(booking)
        stripe.faults.clear()
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert intents(stripe) == ["canceled"]

    def test_an_overdue_booking_refunds_a_partial_payment(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        # Given a payment below the deposit
        metadata = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
        stripe.pay(create_foreign_intent(stripe, 4_000, **metadata))
        call.deliver()
        assert steps.now_of(booking).status is Status.PENDING
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)
        steps.follow_up()

        account = steps.account(booking)
        assert (account["booking_status"], account["payment_status"]) == ("cancelled", "refunded")
        steps.check(booking)


class TestNotOverdue:
    def test_a_booking_is_kept_until_its_payment_deadline(
        self, call: Handlers, now: Clock, snapshot: Snapshot, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at)
        before = snapshot()

        call.job(JOB)

        assert snapshot() == before

    def test_a_booking_three_days_ahead_has_24_hours_to_pay(
        self, call: Handlers, steps: PaymentSteps, table: Table, now: Clock
    ) -> None:
        near_booking = stored_booking(table, date=days_ahead(3))
        assert near_booking.payment_due_at == near_booking.created_at + timedelta(hours=24)

        now.set(near_booking.payment_due_at)
        call.job(JOB)
        assert steps.now_of(near_booking).status is Status.PENDING

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_a_confirmed_or_cancelled_booking_is_not_released(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot, by: str
    ) -> None:
        confirmed_one = confirmed_booking(table, date=days_ahead(30))
        cancelled_one = stored_booking(table, date=days_ahead(31))
        call("cancelBooking", booking_id=cancelled_one.id, by=by)
        now.set(confirmed_one.payment_due_at + timedelta(days=2))
        before = snapshot()

        call.job(JOB)

        assert snapshot() == before

    def test_a_run_without_overdue_bookings_succeeds(self, call: Handlers, output: Output) -> None:
        call.job(JOB)

        (line,) = [line for line in emitted(output()) if line.get("operation") == JOB]
        assert (line["Runs"], line["Failures"]) == ([1.0], [0.0])


class TestPaymentAtStripe:
    def test_a_payment_whose_webhook_was_lost_confirms(
        self, call: Handlers, steps: PaymentSteps, now: Clock, output: Output, booking: Booking
    ) -> None:
        steps.pay(booking)
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert steps.now_of(booking).status is Status.CONFIRMED
        assert steps.ledger(booking) == [("captured", DEPOSIT)]
        assert counted(output(), "BookingsReleased") == 0
        steps.check(booking)

    def test_a_paid_intent_whose_creation_was_not_answered_confirms(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at - timedelta(hours=1))
        stripe.faults.fail_next("lose_answer", times=9)
        steps.open(booking)
        stripe.faults.clear()
        stripe.pay(stripe.all_objects("payment_intents")[0]["id"])
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert steps.now_of(booking).status is Status.CONFIRMED
        assert len(intents(stripe)) == 1

    @pytest.mark.parametrize(
        ("succeed", "status"), [(True, Status.CONFIRMED), (False, Status.CANCELLED)]
    )
    def test_a_processing_bank_debit_keeps_the_slot_until_it_is_decided(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        succeed: bool,
        status: Status,
    ) -> None:
        # Given
        intent = steps.pay(booking, card=BANK)
        call.deliver()
        now.set(booking.payment_due_at + SECOND)

        # When
        for _ in range(3):
            call.job(JOB)

        # Then the booking keeps its slot
        assert steps.now_of(booking) == booking

        # And once the bank has decided, it is confirmed or released without the event
        stripe.finish_processing(intent, succeed=succeed)
        call.job(JOB)
        assert steps.now_of(booking).status is status
        assert steps.now_of(booking).holds_slot == succeed

    def test_a_processing_bank_debit_keeps_the_slot_no_longer_than_until_the_start(
        self, call: Handlers, steps: PaymentSteps, now: Clock, booking: Booking
    ) -> None:
        # Given a bank debit that stays undecided
        steps.pay(booking, card=BANK)
        call.deliver()

        # When the job runs before the start, then at the start
        now.set(booking.slot.starts_at - SECOND)
        call.job(JOB)
        before_the_start = steps.now_of(booking)
        now.set(booking.slot.starts_at)
        call.job(JOB)

        # Then the slot was held until the start
        assert before_the_start == booking
        cancelled_one = steps.now_of(booking)
        assert (cancelled_one.status, cancelled_one.holds_slot) == (Status.CANCELLED, False)


class TestStripeFailure:
    @pytest.mark.parametrize("kind", ["reset", "timeout", "lose_answer", "error_429", "error_500"])
    def test_a_stripe_failure_keeps_the_booking_and_does_not_stop_the_others(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        now: Clock,
        output: Output,
        kind: Any,
    ) -> None:
        # Given three overdue bookings; Stripe does not answer about the second
        bookings = [stored_booking(table, date=days_ahead(30 + n)) for n in range(3)]
        payment_intents = [open_payment(call, each) for each in bookings]
        now.set(bookings[0].payment_due_at + SECOND)
        stripe.faults.fail_next(
            kind, path_prefix=f"/v1/payment_intents/{payment_intents[1]}", times=99
        )

        # When
        with pytest.raises(TriggerFailedError):
            call.job(JOB)

        # Then
        text = output()
        assert [steps.now_of(each).status.value for each in bookings] == [
            "cancelled",
            "pending",
            "cancelled",
        ]
        assert (counted(text, "Failures"), counted(text, "BookingsReleased")) == (1, 2)

        # And the next run releases it
        stripe.faults.clear()
        call.job(JOB)
        assert steps.now_of(bookings[1]).status is Status.CANCELLED
        assert intents(stripe) == ["canceled"] * 3

    def test_an_api_key_that_stripe_rejects_keeps_all_bookings(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        steps.pay(booking)
        now.set(booking.payment_due_at + SECOND)
        stripe.api_keys.clear()

        with pytest.raises(TriggerFailedError):
            call.job(JOB)

        assert steps.now_of(booking) == booking

"""What nobody has paid in time gives its slot back, once Stripe knows of no payment."""

from datetime import timedelta
from typing import Any

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, CUSTOMER, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted, emitted
from tests.functions.given import Snapshot, confirmed, stored
from tests.functions.handlers import Handlers
from tests.functions.money import BANK, DECLINED, SECURE, Till, opened
from tests.functions.stripe import intent_of_others

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table
from teppan.trigger import TriggerFailedError

JOB = "releaseUnpaidBookings"
DEPOSIT = 10_000
SECOND = timedelta(seconds=1)


@pytest.fixture
def booking(table: Table) -> Booking:
    return stored(table)


@pytest.fixture
def overdue(booking: Booking, now: Clock) -> Booking:
    """The booking, a second after its time to pay has passed."""
    now.set(booking.payment_due_at + SECOND)
    return booking


def intents(stripe: FakeStripe) -> list[str]:
    return [each["status"] for each in stripe.everything("payment_intents")]


class TestAnOverdueBooking:
    def test_is_cancelled_by_the_system(self, call: Handlers, overdue: Booking) -> None:
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

    def test_has_it_in_its_audit_trail(self, call: Handlers, overdue: Booking) -> None:
        call.job(JOB)

        trail = call("listBookingEvents", booking_id=overdue.id, by=ADMIN).body["items"]

        assert (trail[-1]["type"], trail[-1]["reason"]) == ("cancelled", "payment_overdue")
        assert trail[-1]["actor"] == {"id": JOB, "role": "system"}

    def test_gives_its_slot_back(
        self, call: Handlers, table: Table, now: Clock, overdue: Booking
    ) -> None:
        call.job(JOB)

        assert stored(table, at=now.at).slot == overdue.slot

    @pytest.mark.usefixtures("overdue")
    def test_is_released_once(self, call: Handlers, snapshot: Snapshot, output: Output) -> None:
        call.job(JOB)
        before = snapshot()
        call.job(JOB)

        assert snapshot() == before
        assert counted(output(), "BookingsReleased") == 1

    @pytest.mark.parametrize("card", [None, DECLINED, SECURE])
    def test_takes_no_payment_any_more(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        card: str | None,
    ) -> None:
        intent = opened(call, booking)
        if card:
            stripe.pay(intent, card)
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert intents(stripe) == ["canceled"]
        assert till.now_of(booking).status is Status.CANCELLED
        assert [each["status"] for each in till.account(booking)["payments"]] == ["canceled"]

    def test_nor_by_an_intent_that_we_have_not_heard_of(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at - timedelta(hours=1))
        stripe.faults.next("lose_answer", times=9)
        till.open(booking)
        stripe.faults.clear()
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert intents(stripe) == ["canceled"]

    def test_gets_all_back_that_was_paid_of_it(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        # Given somebody who has paid less than what confirms
        ours = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
        stripe.pay(intent_of_others(stripe, 4_000, **ours))
        call.deliver()
        assert till.now_of(booking).status is Status.PENDING
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)
        till.follow_up()

        account = till.account(booking)
        assert (account["booking_status"], account["payment_status"]) == ("cancelled", "refunded")
        till.check(booking)


class TestWhatIsNotOverdue:
    def test_has_until_the_last_moment(
        self, call: Handlers, now: Clock, snapshot: Snapshot, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at)
        before = snapshot()

        call.job(JOB)

        assert snapshot() == before

    def test_a_party_soon_has_until_a_day_before(
        self, call: Handlers, till: Till, table: Table, now: Clock
    ) -> None:
        soon = stored(table, date=days_ahead(3))
        assert soon.payment_due_at == soon.created_at + timedelta(hours=24)

        now.set(soon.payment_due_at)
        call.job(JOB)
        assert till.now_of(soon).status is Status.PENDING

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_what_is_paid_or_ended_stays(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot, by: str
    ) -> None:
        agreed = confirmed(table, date=days_ahead(30))
        ended = stored(table, date=days_ahead(31))
        call("cancelBooking", booking_id=ended.id, by=by)
        now.set(agreed.payment_due_at + timedelta(days=2))
        before = snapshot()

        call.job(JOB)

        assert snapshot() == before

    def test_nothing_to_do_is_fine(self, call: Handlers, output: Output) -> None:
        call.job(JOB)

        (line,) = [line for line in emitted(output()) if line.get("operation") == JOB]
        assert (line["Runs"], line["Failures"]) == ([1.0], [0.0])


class TestWhatStripeKnows:
    def test_a_payment_whose_webhook_was_lost_confirms(
        self, call: Handlers, till: Till, now: Clock, output: Output, booking: Booking
    ) -> None:
        till.pay(booking)
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert till.now_of(booking).status is Status.CONFIRMED
        assert till.ledger(booking) == [("captured", DEPOSIT)]
        assert counted(output(), "BookingsReleased") == 0
        till.check(booking)

    def test_also_when_we_have_not_heard_of_the_intent(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at - timedelta(hours=1))
        stripe.faults.next("lose_answer", times=9)
        till.open(booking)
        stripe.faults.clear()
        stripe.pay(stripe.everything("payment_intents")[0]["id"])
        now.set(booking.payment_due_at + SECOND)

        call.job(JOB)

        assert till.now_of(booking).status is Status.CONFIRMED
        assert len(intents(stripe)) == 1

    @pytest.mark.parametrize(
        ("succeed", "status"), [(True, Status.CONFIRMED), (False, Status.CANCELLED)]
    )
    def test_a_payment_at_the_bank_is_waited_for(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        succeed: bool,
        status: Status,
    ) -> None:
        # Given
        intent = till.pay(booking, card=BANK)
        call.deliver()
        now.set(booking.payment_due_at + SECOND)

        # When
        for _ in range(3):
            call.job(JOB)

        # Then it keeps its slot
        assert till.now_of(booking) == booking

        # Until the bank has decided, and its news was lost
        stripe.settle(intent, succeed=succeed)
        call.job(JOB)
        assert till.now_of(booking).status is status
        assert till.now_of(booking).holds_slot == succeed

    def test_a_payment_still_at_the_bank_keeps_the_slot_until_the_start_and_no_longer(
        self, call: Handlers, till: Till, now: Clock, booking: Booking
    ) -> None:
        # Given a bank debit that the bank does not decide
        till.pay(booking, card=BANK)
        call.deliver()

        # When the job runs just before the start, then at the start
        now.set(booking.slot.starts_at - SECOND)
        call.job(JOB)
        before_the_start = till.now_of(booking)
        now.set(booking.slot.starts_at)
        call.job(JOB)

        # Then the slot was held until then
        assert before_the_start == booking
        ended = till.now_of(booking)
        assert (ended.status, ended.holds_slot) == (Status.CANCELLED, False)


class TestAStripeThatFails:
    @pytest.mark.parametrize("kind", ["reset", "timeout", "lose_answer", "error_429", "error_500"])
    def test_keeps_the_booking_and_does_not_stop_the_others(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        table: Table,
        now: Clock,
        output: Output,
        kind: Any,
    ) -> None:
        # Given three overdue bookings, of which Stripe does not speak of the second
        bookings = [stored(table, date=days_ahead(30 + n)) for n in range(3)]
        names = [opened(call, each) for each in bookings]
        now.set(bookings[0].payment_due_at + SECOND)
        stripe.faults.next(kind, path_prefix=f"/v1/payment_intents/{names[1]}", times=99)

        # When
        with pytest.raises(TriggerFailedError):
            call.job(JOB)

        # Then
        text = output()
        assert [till.now_of(each).status.value for each in bookings] == [
            "cancelled",
            "pending",
            "cancelled",
        ]
        assert (counted(text, "Failures"), counted(text, "BookingsReleased")) == (1, 2)

        # And the next run makes up for it
        stripe.faults.clear()
        call.job(JOB)
        assert till.now_of(bookings[1]).status is Status.CANCELLED
        assert intents(stripe) == ["canceled"] * 3

    def test_to_know_our_key_keeps_all_of_them(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        till.pay(booking)
        now.set(booking.payment_due_at + SECOND)
        stripe.api_keys.clear()

        with pytest.raises(TriggerFailedError):
            call.job(JOB)

        assert till.now_of(booking) == booking

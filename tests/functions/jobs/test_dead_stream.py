"""Without the table's stream for an hour, one run of every job does all the work.

Each write marks the work that must follow it, and a job reads the marks.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values
from tests.functions.given import stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import REFUND_FAILS, PaymentSteps, open_payment, paid_booking

from teppan.domain.alarm import Alarm
from teppan.domain.bookings.booking import Booking
from teppan.store import alarms
from teppan.store.bookings import closing_marks, queues
from teppan.store.table import Table


def run_every_job(call: Handlers) -> None:
    call.job("releaseUnpaidBookings")
    call.job("completePastBookings")
    call.job("reconcilePayments", {"scope": "recent"})
    call.job("reconcilePayments", {"scope": "full"})


@pytest.fixture
def new_booking(table: Table) -> Callable[[], Booking]:
    """Store pending bookings, each on another day."""
    days = count(30)
    return lambda: stored_booking(
        table, by_staff=True, date=NOW.date() + timedelta(days=next(days))
    )


@pytest.fixture
def closable_bookings(
    call: Handlers, stripe: FakeStripe, new_booking: Callable[[], Booking]
) -> set[str]:
    """Bookings with an open intent above the amount due.

    One was cancelled while Stripe was down; the other became cheaper.
    """
    cancelled, cheaper = new_booking(), new_booking()
    open_payment(call, cancelled)
    open_payment(call, cheaper, "full")
    stripe.faults.fail_next("reset", times=2)
    assert call("cancelBooking", None, booking_id=cancelled.id).status == 200
    stripe.faults.clear()
    assert call("updateBooking", {"guests": 10}, booking_id=cheaper.id).status == 200
    return {cancelled.id, cheaper.id}


@pytest.fixture
def booking_with_failed_refund(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, new_booking: Callable[[], Booking]
) -> Booking:
    """A booking whose refund the bank returned."""
    booking = paid_booking(call, new_booking(), card=REFUND_FAILS)
    assert steps.refund(booking, 1_500).status == 201
    call.job("reconcilePayments", {"scope": "recent"})
    (refund,) = stripe.all_objects("refunds")
    stripe.set_refund_status(refund["id"], "failed")
    call.deliver()
    return booking


def test_every_intent_that_asks_for_too_much_is_cancelled_without_the_stream(
    call: Handlers, table: Table, stripe: FakeStripe, now: Clock, closable_bookings: set[str]
) -> None:
    now.set(now.at + timedelta(hours=1))

    run_every_job(call)

    intents = stripe.all_objects("payment_intents")
    closable_intents = [
        each for each in intents if each["metadata"]["booking_id"] in closable_bookings
    ]
    assert [each["status"] for each in closable_intents] == ["canceled", "canceled"]
    assert list(closing_marks.pending(table)) == []


def test_every_refund_is_sent_without_the_stream(
    call: Handlers,
    steps: PaymentSteps,
    table: Table,
    stripe: FakeStripe,
    now: Clock,
    new_booking: Callable[[], Booking],
) -> None:
    # Given a refund by staff, a cancellation, and a price below what was paid
    refunded, cancelled, cheaper = (paid_booking(call, new_booking(), "full") for _ in range(3))
    steps.refund(refunded, 2_500)
    steps.cancel(cancelled, refund_percentage=50, reason="Rain")
    call("updateBooking", {"guests": 10}, booking_id=cheaper.id)
    now.set(now.at + timedelta(hours=1))

    run_every_job(call)

    assert list(queues.in_flight(table)) == []
    excess = cheaper.price.total - steps.account(cheaper)["total"]
    amounts = sorted(each["amount"] for each in stripe.all_objects("refunds"))
    assert amounts == sorted([2_500, (cancelled.price.total + 1) // 2, excess])
    steps.check(refunded, cancelled, cheaper)


@pytest.mark.usefixtures("booking_with_failed_refund")
def test_every_alarm_is_raised_once_without_the_stream(
    call: Handlers,
    table: Table,
    stripe: FakeStripe,
    now: Clock,
    output: Output,
    new_booking: Callable[[], Booking],
) -> None:
    # Given a refund that failed, and a dispute
    stripe.dispute(next(iter(paid_booking(call, new_booking()).payments)))
    call.deliver()
    output()
    now.set(now.at + timedelta(hours=1))

    run_every_job(call)
    run_every_job(call)

    text = output()
    assert alarm_values(text, Alarm.REFUNDS_FAILED) == [1]
    assert alarm_values(text, Alarm.DISPUTES_OPENED) == [1]
    assert list(alarms.pending(table, now.at)) == []

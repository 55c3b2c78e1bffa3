"""The table's stream tells nobody for an hour, then every job runs once: nothing is missing.

Whatever must follow a write is owed by an item that a job walks: here it all happens at once.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import told
from tests.functions.given import stored
from tests.functions.handlers import Handlers
from tests.functions.money import REFUND_FAILS, Till, opened, paid

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
def place(table: Table) -> Callable[[], Booking]:
    """Store another pending booking, each on a day of its own."""
    days = count(30)
    return lambda: stored(table, by_staff=True, date=NOW.date() + timedelta(days=next(days)))


@pytest.fixture
def closable(call: Handlers, stripe: FakeStripe, place: Callable[[], Booking]) -> set[str]:
    """Bookings whose open payment asks for too much.

    One was cancelled while Stripe was down, one became cheaper.
    """
    cancelled, cheaper = place(), place()
    opened(call, cancelled)
    opened(call, cheaper, "full")
    stripe.faults.next("reset", times=2)
    assert call("cancelBooking", None, booking_id=cancelled.id).status == 200
    stripe.faults.clear()
    assert call("updateBooking", {"guests": 10}, booking_id=cheaper.id).status == 200
    return {cancelled.id, cheaper.id}


@pytest.fixture
def failed(call: Handlers, till: Till, stripe: FakeStripe, place: Callable[[], Booking]) -> Booking:
    """A booking whose refund came back from the bank."""
    booking = paid(call, place(), card=REFUND_FAILS)
    assert till.refund(booking, 1_500).status == 201
    call.job("reconcilePayments", {"scope": "recent"})
    (refund,) = stripe.everything("refunds")
    stripe.settle_refund(refund["id"], "failed")
    call.deliver()
    return booking


def test_nothing_is_left_payable(
    call: Handlers, table: Table, stripe: FakeStripe, now: Clock, closable: set[str]
) -> None:
    now.set(now.at + timedelta(hours=1))

    run_every_job(call)

    intents = stripe.everything("payment_intents")
    of_these = [each for each in intents if each["metadata"]["booking_id"] in closable]
    assert [each["status"] for each in of_these] == ["canceled", "canceled"]
    assert list(closing_marks.pending(table)) == []


def test_nothing_is_left_unsent(
    call: Handlers,
    till: Till,
    table: Table,
    stripe: FakeStripe,
    now: Clock,
    place: Callable[[], Booking],
) -> None:
    # Given a refund by staff, a cancellation, and a price below what was paid
    refunded, cancelled, cheaper = (paid(call, place(), "full") for _ in range(3))
    till.refund(refunded, 2_500)
    till.cancel(cancelled, refund_percentage=50, reason="Rain")
    call("updateBooking", {"guests": 10}, booking_id=cheaper.id)
    now.set(now.at + timedelta(hours=1))

    run_every_job(call)

    assert list(queues.unsettled(table)) == []
    excess = cheaper.price.total - till.account(cheaper)["total"]
    made = sorted(each["amount"] for each in stripe.everything("refunds"))
    assert made == sorted([2_500, (cancelled.price.total + 1) // 2, excess])
    till.check(refunded, cancelled, cheaper)


@pytest.mark.usefixtures("failed")
def test_no_alarm_is_left_untold(
    call: Handlers,
    table: Table,
    stripe: FakeStripe,
    now: Clock,
    output: Output,
    place: Callable[[], Booking],
) -> None:
    # Given a refund that failed, and a dispute
    stripe.dispute(next(iter(paid(call, place()).payments)))
    call.deliver()
    output()
    now.set(now.at + timedelta(hours=1))

    run_every_job(call)
    run_every_job(call)

    text = output()
    assert told(text, Alarm.REFUNDS_FAILED) == [1]
    assert told(text, Alarm.DISPUTES_OPENED) == [1]
    assert list(alarms.pending(table, now.at)) == []

"""Completing bookings: a job completes a confirmed booking six hours after its start."""

from datetime import timedelta
from typing import Any

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted
from tests.functions.given import Snapshot, confirmed_booking, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import PaymentSteps, paid_booking

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import StorageUnavailable
from teppan.store.table import Table
from teppan.trigger import TriggerFailedError

JOB = "completePastBookings"
SIX_HOURS = timedelta(hours=6)


@pytest.fixture
def booking(table: Table) -> Booking:
    return confirmed_booking(table)


def test_a_party_is_completed_six_hours_after_its_start(
    call: Handlers, steps: PaymentSteps, now: Clock, output: Output, booking: Booking
) -> None:
    now.set(booking.slot.starts_at + SIX_HOURS)

    assert call.job(JOB) is None

    after = steps.now_of(booking)
    assert (after.status, after.version) == (Status.COMPLETED, 2)
    assert counted(output(), "BookingsCompleted") == 1
    trail = call("listBookingEvents", booking_id=booking.id, by=ADMIN).body["items"]
    assert trail[-1]["actor"] == {"id": JOB, "role": "system"}
    assert trail[-1]["changes"] == [{"field": "status", "from": "confirmed", "to": "completed"}]


def test_a_party_is_not_completed_before_six_hours_after_its_start(
    call: Handlers, now: Clock, snapshot: Snapshot, booking: Booking
) -> None:
    now.set(booking.slot.starts_at + SIX_HOURS - timedelta(seconds=1))
    before = snapshot()

    call.job(JOB)

    assert snapshot() == before


def test_a_party_is_completed_once(
    call: Handlers, now: Clock, snapshot: Snapshot, booking: Booking
) -> None:
    now.set(booking.slot.starts_at + timedelta(days=2))
    call.job(JOB)
    before = snapshot()

    call.job(JOB)

    assert snapshot() == before


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.CONFIRMED])
def test_a_booking_that_is_not_confirmed_is_not_completed(
    call: Handlers, table: Table, now: Clock, snapshot: Snapshot, status: Status
) -> None:
    booking = stored_booking(table, status=status)
    now.set(booking.slot.starts_at + timedelta(days=2))
    before = snapshot()

    call.job(JOB)

    assert snapshot() == before


def test_a_moved_booking_is_completed_after_its_new_start(
    call: Handlers, steps: PaymentSteps, now: Clock, booking: Booking
) -> None:
    later = booking.slot.date + timedelta(days=10)
    call("updateBooking", {"date": later.isoformat()}, booking_id=booking.id)
    now.set(booking.slot.starts_at + timedelta(days=5))

    call.job(JOB)
    assert steps.now_of(booking).status is Status.CONFIRMED

    now.set(booking.slot.starts_at + timedelta(days=10, hours=6))
    call.job(JOB)
    assert steps.now_of(booking).status is Status.COMPLETED


def test_completing_a_booking_does_not_call_stripe_or_change_the_ledger(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock
) -> None:
    booking = paid_booking(call)
    stripe.faults.fail_next("reset", times=99)
    now.set(booking.slot.starts_at + SIX_HOURS)

    call.job(JOB)

    assert steps.now_of(booking).status is Status.COMPLETED
    assert steps.ledger(booking) == [("captured", 10_000)]
    assert steps.account(booking)["balance_due"] == 61_445


def test_a_booking_that_cannot_be_completed_does_not_stop_the_others(
    call: Handlers,
    steps: PaymentSteps,
    table: Table,
    now: Clock,
    output: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given two parties, and a table that fails the first write
    first, second = (confirmed_booking(table, date=days_ahead(30 + n)) for n in range(2))
    now.set(second.slot.starts_at + SIX_HOURS)
    write = Table.write
    failed_writes: list[Any] = []

    def fail_once(self: Table, *writes: Any) -> None:
        if not failed_writes:
            failed_writes.append(writes)
            raise StorageUnavailable
        write(self, *writes)

    monkeypatch.setattr(Table, "write", fail_once)

    # When
    with pytest.raises(TriggerFailedError):
        call.job(JOB)

    # Then
    assert [steps.now_of(each).status.value for each in (first, second)] == [
        "confirmed",
        "completed",
    ]
    text = output()
    assert (counted(text, "Failures"), counted(text, "BookingsCompleted")) == (1, 1)
    call.job(JOB)
    assert steps.now_of(first).status is Status.COMPLETED

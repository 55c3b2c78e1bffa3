"""Changes without ledger entries, and the instants and statuses that the tests share."""

from datetime import timedelta

from tests.builders import admin, booking, in_status

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.change import change as step_of
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Caller

SECOND = timedelta(seconds=1)
MICRO = timedelta(microseconds=1)
LIVE = [Status.PENDING, Status.CONFIRMED]
OVER = [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW]


def change(old: Booking, changes: Changes, who: Caller) -> Booking:
    """Return the booking after a change that adds no ledger entries."""
    step = step_of(old, changes, who)
    assert step.entries == ()
    return step.after


def unchanged_by_money(status: Status) -> Booking:
    """Return a live booking whose status does not follow from its payments."""
    return in_status(status, 4_000 if status is Status.PENDING else 10_000)


def with_distance(miles: int, old: Booking | None = None) -> Booking:
    """Return a booking whose distance staff have set."""
    return change(old or booking(), Changes(travel_miles=miles), admin())

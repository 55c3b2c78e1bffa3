"""Changes of a booking that the tests of `updateBooking` share."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.builders import CUSTOMER
from tests.functions.handlers import Answer, Handlers

from teppan.domain.bookings.booking import Booking

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LATER_TIME = {"time": "21:00"}
MORE_GUESTS = {"guests": 14}


def change(
    call: Handlers,
    booking: Booking,
    changes: dict[str, Any],
    by: str = CUSTOMER,
    if_match: str | None = None,
) -> Answer:
    return call(
        "updateBooking", changes, booking_id=booking.id, by=by, headers={"If-Match": if_match}
    )

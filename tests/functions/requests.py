"""A good request of every operation: what tests of all operations start from."""

from collections.abc import Callable
from typing import Any, Final

from tests.builders import ADMIN, CUSTOMER, booking_body

from teppan.domain.booking import Booking

type Keywords = dict[str, Any]

DAY: Final = "2026-12-24"

_REQUESTS: Final[dict[str, Callable[[Booking], Keywords]]] = {
    "createBooking": lambda _: {"body": booking_body(time="12:00")},
    "listBookings": lambda _: {},
    "getBooking": lambda booking: {"booking_id": booking.id},
    "updateBooking": lambda booking: {"booking_id": booking.id, "body": {"guests": 14}},
    "cancelBooking": lambda booking: {"booking_id": booking.id, "body": {"reason": "Rain"}},
    "quoteCancellation": lambda booking: {"booking_id": booking.id},
    "listBookingEvents": lambda booking: {"booking_id": booking.id},
    "searchAvailability": lambda _: {"query": {"from": DAY, "to": DAY}, "by": None},
    "setSlotCapacity": lambda _: {
        "date": DAY,
        "time": "21:00",
        "body": {"capacity": 2},
        "by": ADMIN,
    },
    "createQuote": lambda _: {"body": {"guests": 12}, "by": None},
    "getHealth": lambda _: {"by": None},
    "headHealth": lambda _: {"by": None},
    "getDatabaseHealth": lambda _: {"by": None},
    "headDatabaseHealth": lambda _: {"by": None},
    "preflight": lambda _: {"proxy": "api/v1/bookings", "by": None},
}


def good_request(operation: str, booking: Booking, **changes: Any) -> Keywords:
    """Return the keywords of `Handlers.__call__` for a request about `booking` that succeeds."""
    return {"by": CUSTOMER} | _REQUESTS[operation](booking) | changes


def known() -> set[str]:
    """Return the operations that a good request is known of."""
    return set(_REQUESTS)

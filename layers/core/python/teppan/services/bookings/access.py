"""Access to bookings (`domain.md §8`)."""

from teppan.domain.bookings.booking import Booking, booking_not_found, check_visible
from teppan.domain.caller import Caller
from teppan.store.bookings import bookings
from teppan.store.table import Table


def get_booking_for(table: Table, booking_id: str, caller: Caller) -> Booking:
    """Return the booking; raises `BookingNotFound`, also for another customer's booking."""
    booking = bookings.find(table, booking_id)
    if booking is None:
        raise booking_not_found()
    check_visible(booking, caller)
    return booking

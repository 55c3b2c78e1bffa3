"""Access to bookings (`domain.md §8`)."""

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.store.bookings import bookings
from teppan.store.table import Table


def get_booking_for(table: Table, booking_id: str, caller: Caller) -> Booking:
    """Return the booking; raises `BookingNotFound`, also for another customer's booking."""
    booking = bookings.find(table, booking_id)
    if booking is None or not caller.may_see(booking.customer_id):
        raise BookingNotFound
    return booking

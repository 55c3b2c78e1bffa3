"""GET /api/v1/bookings/{booking_id}: one booking, for its customer or staff (`domain.md §8`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.parameters import BOOKING_ID
from teppan.http.representations.bookings import booking as represent
from teppan.http.request import Request
from teppan.http.response import Response, versioned
from teppan.services.bookings.access import get_booking_for
from teppan.store.table import connect

table = connect()


@endpoint("getBooking", roles=EVERYONE, parameters={"booking_id": BOOKING_ID})
def handler(request: Request[None]) -> Response:
    """Return the booking with its version as the `ETag`."""
    booking = get_booking_for(table, request.parameters["booking_id"], request.caller)
    return versioned(represent.booking(booking, request.caller), booking.version)

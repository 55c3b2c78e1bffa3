"""PUT /api/v1/bookings/{booking_id}: change a booking (`domain.md §5`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.parameters import BOOKING_ID
from teppan.http.representations.bookings import booking as represent
from teppan.http.request import Request
from teppan.http.response import Response, versioned
from teppan.http.schemas.bookings.booking import UpdateBookingBody
from teppan.services.bookings.update_booking import update_booking
from teppan.store.table import connect

table = connect()


@endpoint(
    "updateBooking",
    roles=EVERYONE,
    body=UpdateBookingBody,
    parameters={"booking_id": BOOKING_ID},
)
def handler(request: Request[UpdateBookingBody]) -> Response:
    """Change the booking and return it."""
    booking = update_booking(
        table,
        request.parameters["booking_id"],
        request.body.to_changes(),
        request.caller,
        request.precondition,
    )
    return versioned(represent.changed_booking(booking, request.caller), booking.version)

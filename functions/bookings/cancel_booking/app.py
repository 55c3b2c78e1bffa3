"""DELETE /api/v1/bookings/{booking_id}: cancel a booking and refund it (`domain.md §6`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.parameters import BOOKING_ID
from teppan.http.representations.bookings import booking as represent
from teppan.http.request import Request
from teppan.http.response import Response, versioned
from teppan.http.schemas.bookings.cancellation import CancelBookingBody
from teppan.observability.metrics import count
from teppan.services.bookings.cancel_booking import cancel_booking
from teppan.store.table import connect

table = connect()


@endpoint(
    "cancelBooking",
    roles=EVERYONE,
    body=CancelBookingBody,
    body_optional=True,
    parameters={"booking_id": BOOKING_ID},
)
def handler(request: Request[CancelBookingBody]) -> Response:
    """Cancel the booking and return its refund."""
    booking = cancel_booking(
        table,
        request.parameters["booking_id"],
        request.body.to_request(),
        request.caller,
        request.precondition,
    )
    count("BookingsCancelled")
    return versioned(represent.cancellation(booking, request.caller), booking.version)

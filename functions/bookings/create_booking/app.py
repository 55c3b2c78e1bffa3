"""POST /api/v1/bookings: book a slot (`domain.md §2-4`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.representations.bookings import booking as represent
from teppan.http.request import Request
from teppan.http.response import Response, versioned
from teppan.http.schemas.bookings.booking import CreateBookingBody
from teppan.observability.metrics import count
from teppan.services.bookings.create_booking import create_booking
from teppan.store.table import connect

table = connect()


@endpoint("createBooking", roles=EVERYONE, body=CreateBookingBody, idempotent=True)
def handler(request: Request[CreateBookingBody]) -> Response:
    """Create the booking, or return the one that the same idempotency key created."""
    created = create_booking(
        table, request.body.to_booking_request(), request.idempotency, request.caller
    )
    count("BookingsReplayed" if created.replayed else "BookingsCreated")
    return versioned(
        represent.booking(created.booking, request.caller),
        created.booking.version,
        status=201,
        headers={
            # Relative, because the path may start with a stage.
            "Location": f"bookings/{created.booking.id}",
            **({"Idempotency-Replayed": "true"} if created.replayed else {}),
        },
    )

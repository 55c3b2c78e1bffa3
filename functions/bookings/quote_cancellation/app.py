"""GET …/{booking_id}/cancellation-quote: the refund of a cancellation (`domain.md §6`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.parameters import BOOKING_ID
from teppan.http.representations.bookings import booking as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.services.bookings.cancel_booking import quote_cancellation
from teppan.store.table import connect

table = connect()


@endpoint("quoteCancellation", roles=EVERYONE, parameters={"booking_id": BOOKING_ID})
def handler(request: Request[None]) -> Response:
    """Return the refund that a cancellation would give now; the booking does not change."""
    caller = request.caller
    booking, terms = quote_cancellation(table, request.parameters["booking_id"], caller)
    return Response(body=represent.cancellation_quote(booking, terms, caller.recorded_at))

"""GET /api/v1/bookings/{booking_id}/events: the audit trail of a booking (`domain.md §4`)."""

from teppan.http.cursor import Cursors
from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.parameters import BOOKING_ID, CURSOR, LIMIT
from teppan.http.representations.bookings import booking as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.services.bookings.list_booking_events import list_booking_events
from teppan.store.table import connect

table = connect()
cursors = Cursors.connect()

PARAMETERS = {"booking_id": BOOKING_ID, "limit": LIMIT, "cursor": CURSOR}


@endpoint("listBookingEvents", roles=EVERYONE, parameters=PARAMETERS)
def handler(request: Request[None]) -> Response:
    """Return one page of events, oldest first, and the cursor of the next."""
    position = cursors.read(request)
    events, last = list_booking_events(
        table,
        request.parameters["booking_id"],
        request.caller,
        limit=request.parameters["limit"],
        after=position[0] if position else None,
    )
    items = [represent.event(event, request.caller) for event in events]
    return Response(body={"items": items, **cursors.issue(request, [last] if last else None)})

"""GET /api/v1/availability: search availability (`domain.md §2`)."""

from teppan.domain.policy import CURRENT
from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.parameters import day, query
from teppan.http.representations.bookings import slot as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.services.bookings.availability import search_availability
from teppan.store.table import connect

table = connect()

PARAMETERS = {"from": query(day, required=True), "to": query(day, required=True)}


@endpoint("searchAvailability", roles=PUBLIC, parameters=PARAMETERS)
def handler(request: Request[None]) -> Response:
    """Return every slot of the requested days."""
    first, last = request.parameters["from"], request.parameters["to"]
    slots = search_availability(table, first, last, request.caller)
    return Response(
        body={
            "from": first.isoformat(),
            "to": last.isoformat(),
            "timezone": CURRENT.timezone,
            "slots": [represent.availability(slot) for slot in slots],
        }
    )

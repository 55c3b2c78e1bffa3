"""GET /api/v1/availability: search availability (`domain.md §2`)."""

from teppan.cache import Cache
from teppan.domain.policy import CURRENT
from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.parameters import day, query
from teppan.http.representations.bookings import slot as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.services.bookings.availability import CACHE_SECONDS, search_availability
from teppan.store.table import connect

table = connect()
cache = Cache("availability", CACHE_SECONDS)

PARAMETERS = {"from": query(day, required=True), "to": query(day, required=True)}
# API Gateway compresses the body for callers that accept it.
VARY = {"Vary": "Origin, Authorization, Accept-Encoding"}
CACHED = VARY | {"Cache-Control": f"public, max-age={CACHE_SECONDS}"}


@endpoint("searchAvailability", roles=PUBLIC, parameters=PARAMETERS)
def handler(request: Request[None]) -> Response:
    """Return every slot of the requested days; a caller with a token gets no cached answer."""
    first, last = request.parameters["from"], request.parameters["to"]
    usable_cache = None if request.has_authorization else cache
    slots = search_availability(table, first, last, request.caller, usable_cache)
    return Response(
        body={
            "from": first.isoformat(),
            "to": last.isoformat(),
            "timezone": CURRENT.timezone,
            "slots": [represent.availability(slot) for slot in slots],
        },
        headers=CACHED if usable_cache else VARY,
    )

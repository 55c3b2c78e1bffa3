"""POST /api/v1/quotes: price a party without booking it (`domain.md §3`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.representations.bookings import price as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.bookings.quote import CreateQuoteBody
from teppan.services.bookings.create_quote import create_quote


@endpoint("createQuote", roles=PUBLIC, body=CreateQuoteBody)
def handler(request: Request[CreateQuoteBody]) -> Response:
    """Return the price that a booking with the same inputs would have."""
    return Response(body=represent.quote(create_quote(request.body.to_request(), request.caller)))

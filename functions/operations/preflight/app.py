"""OPTIONS on any path: what a browser may send from the allowed origins (CORS)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.headers import PREFLIGHT
from teppan.http.request import Request
from teppan.http.response import Response


@endpoint("preflight", roles=PUBLIC, parameters=None)
def handler(_request: Request[None]) -> Response:
    """Return the allowed methods and headers; the endpoint adds the origin if it is allowed."""
    return Response(status=204, headers=PREFLIGHT)

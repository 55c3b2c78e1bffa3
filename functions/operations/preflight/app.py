"""OPTIONS on any path: what a browser may send from the allowed origins (CORS)."""

from teppan.http.cors import PathMethods, preflight
from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response

METHODS = PathMethods(__file__)


@endpoint("preflight", roles=PUBLIC, parameters=None)
def handler(request: Request[None]) -> Response:
    """Return the path's methods and the allowed headers; the endpoint adds an allowed origin."""
    return Response(status=204, headers=preflight(METHODS.of(request.path)))

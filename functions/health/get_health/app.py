"""GET /health: whether the functions run, without a call to any other service."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.settings import settings


@endpoint("getHealth", roles=PUBLIC)
def handler(_request: Request[None]) -> Response:
    """Return the stage and the version that runs."""
    return Response(
        body={
            "status": "ok",
            "service": "teppan",
            "stage": settings().stage,
            "version": settings().service_version,
        }
    )

"""GET /health: whether the functions run; asks nothing else."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.settings import settings


@endpoint("getHealth", roles=PUBLIC)
def handler(_request: Request[None]) -> Response:
    """Return which version runs in which stage."""
    return Response(
        body={
            "status": "ok",
            "service": "teppan",
            "stage": settings().stage,
            "version": settings().service_version,
        }
    )

"""GET /health/cache: whether the cache can be written and read; 503 when a shared one cannot."""

from teppan.cache import check, connect
from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.representations import present
from teppan.http.request import Request
from teppan.http.response import Response

store = connect("health")


@endpoint("getCacheHealth", roles=PUBLIC)
def handler(_request: Request[None]) -> Response:
    """Put, get and delete a text and return how long it took."""
    health = check(store)
    return Response(
        body=present(
            status="ok",
            cache=health.kind,
            latency_ms=round(health.milliseconds, 1),
            hit_ratio=health.hit_ratio,
        )
    )

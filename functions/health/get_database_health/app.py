"""GET /health/database: whether the table can be read and written; 503 when it cannot."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.store import health
from teppan.store.table import connect

table = connect(health.LIMIT_SECONDS)


@endpoint("getDatabaseHealth", roles=PUBLIC)
def handler(request: Request[None]) -> Response:
    """Read and write one item of the table and return how long it took."""
    milliseconds = health.check(table, request.caller.at)
    return Response(body={"status": "ok", "latency_ms": round(milliseconds, 1)})

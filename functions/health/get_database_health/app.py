"""GET /health/database: whether the table answers; 503 when it does not."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.store.table import connect

table = connect()


@endpoint("getDatabaseHealth", roles=PUBLIC)
def handler(_request: Request[None]) -> Response:
    """Read one key of the table and return `ok`."""
    table.ping()
    return Response(body={"status": "ok"})

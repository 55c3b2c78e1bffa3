"""POST /api/v1/auth/register: create an account (`architecture.md §6`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.representations.accounts.account import ACCEPTED
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.new_password import RegisterBody
from teppan.identity.cognito.user_pool import user_pool
from teppan.services.accounts.register import register
from teppan.store.table import connect

table, pool = connect(), user_pool()


@endpoint("register", roles=PUBLIC, body=RegisterBody)
def handler(request: Request[RegisterBody]) -> Response:
    """Create an unconfirmed account; the response is the same if the address has one."""
    register(table, pool, request.body.email, request.caller)
    return Response(202, ACCEPTED)

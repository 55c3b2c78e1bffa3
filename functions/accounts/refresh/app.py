"""POST /api/v1/auth/refresh: return new tokens of a session (`architecture.md §6`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.representations.accounts import account as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.session import RefreshTokenBody
from teppan.identity.cognito.user_pool import user_pool
from teppan.services.accounts.refresh import refresh
from teppan.store.table import connect

table, pool = connect(), user_pool()


@endpoint("refresh", roles=PUBLIC, body=RefreshTokenBody)
def handler(request: Request[RefreshTokenBody]) -> Response:
    """Return new tokens of the session."""
    tokens = refresh(table, pool, request.body.refresh_token, request.caller.at)
    return Response(body=represent.tokens(tokens))

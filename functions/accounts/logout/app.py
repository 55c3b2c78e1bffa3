"""POST /api/v1/auth/logout: end this session at once (`architecture.md §6`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.session import RefreshTokenBody
from teppan.identity.cognito.user_pool import user_pool
from teppan.observability.metrics import count
from teppan.services.accounts.logout import log_out
from teppan.store.table import connect

table, pool = connect(), user_pool()


@endpoint("logout", roles=EVERYONE, body=RefreshTokenBody)
def handler(request: Request[RefreshTokenBody]) -> Response:
    """End the session of the access token and revoke the refresh token."""
    log_out(table, pool, request.session, request.body.refresh_token, request.caller.at)
    count("SessionsEnded")
    return Response(204)

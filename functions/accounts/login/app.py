"""POST /api/v1/auth/login: start a session (`architecture.md §6`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.representations.accounts import account as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.account import LoginBody
from teppan.http.schemas.fields import value_or_none
from teppan.identity.cognito.user_pool import user_pool
from teppan.observability.metrics import count
from teppan.services.accounts.login import log_in
from teppan.store.table import connect

table, pool = connect(), user_pool()


@endpoint("login", roles=PUBLIC, body=LoginBody)
def handler(request: Request[LoginBody]) -> Response:
    """Return the tokens of a new session."""
    body = request.body
    tokens = log_in(
        table, pool, body.email, body.password, value_or_none(body.mfa_code), request.caller
    )
    count("SessionsStarted")
    return Response(body=represent.tokens(tokens))

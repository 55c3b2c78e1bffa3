"""POST /api/v1/auth/reset-password: send a code for a new password (`architecture.md §6`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.representations.accounts.account import ACCEPTED
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.account import AccountEmailBody
from teppan.identity.cognito.directory import directory
from teppan.identity.cognito.user_pool import user_pool
from teppan.services.accounts.request_password_reset import request_password_reset
from teppan.store.table import connect

table, pool, accounts = connect(), user_pool(), directory()


@endpoint("requestPasswordReset", roles=PUBLIC, body=AccountEmailBody)
def handler(request: Request[AccountEmailBody]) -> Response:
    """Send a code if the account exists; the response is always the same."""
    request_password_reset(table, pool, accounts, request.body.email, request.caller)
    return Response(202, ACCEPTED)

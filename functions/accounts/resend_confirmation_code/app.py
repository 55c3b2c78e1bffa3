"""POST /api/v1/auth/register/resend: send another code (`architecture.md §6`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.representations.accounts.account import ACCEPTED
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.account import AccountEmailBody
from teppan.identity.cognito.user_pool import user_pool
from teppan.services.accounts.resend_confirmation_code import resend_confirmation_code
from teppan.store.table import connect

table, pool = connect(), user_pool()


@endpoint("resendConfirmationCode", roles=PUBLIC, body=AccountEmailBody)
def handler(request: Request[AccountEmailBody]) -> Response:
    """Send a code if the account awaits one; the response is always the same."""
    resend_confirmation_code(table, pool, request.body.email, request.caller)
    return Response(202, ACCEPTED)

"""POST /api/v1/auth/reset-password/confirm: set a new password (`architecture.md §6`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.new_password import ConfirmPasswordResetBody
from teppan.identity.cognito.directory import directory
from teppan.identity.cognito.user_pool import user_pool
from teppan.observability.metrics import count
from teppan.services.accounts.confirm_password_reset import confirm_password_reset
from teppan.store.table import connect

table, pool, accounts = connect(), user_pool(), directory()


@endpoint("confirmPasswordReset", roles=PUBLIC, body=ConfirmPasswordResetBody)
def handler(request: Request[ConfirmPasswordResetBody]) -> Response:
    """Set the new password and end all sessions of the account."""
    body = request.body
    confirm_password_reset(
        table, pool, accounts, body.email, body.code, body.new_password, request.caller
    )
    count("PasswordsReset")
    return Response(204)

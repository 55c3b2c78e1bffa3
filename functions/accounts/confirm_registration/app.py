"""POST /api/v1/auth/register/confirm: confirm an account (`architecture.md §6`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.accounts.new_password import ConfirmRegistrationBody
from teppan.identity.cognito.directory import directory
from teppan.identity.cognito.user_pool import user_pool
from teppan.observability.metrics import count
from teppan.services.accounts.confirm_registration import confirm_registration
from teppan.store.table import connect

table, pool, accounts = connect(), user_pool(), directory()


@endpoint("confirmRegistration", roles=PUBLIC, body=ConfirmRegistrationBody)
def handler(request: Request[ConfirmRegistrationBody]) -> Response:
    """Confirm the account with its code and set its password."""
    body = request.body
    confirm_registration(
        table, pool, accounts, body.email, body.code, body.password, request.caller
    )
    count("AccountsConfirmed")
    return Response(204)

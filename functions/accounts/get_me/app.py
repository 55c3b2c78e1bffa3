"""GET /api/v1/auth/me: the account of the access token (`architecture.md §6`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.representations.accounts import account as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.identity.cognito.directory import directory
from teppan.services.accounts.get_me import get_me

accounts = directory()


@endpoint("getMe", roles=EVERYONE, live_session=True)
def handler(request: Request[None]) -> Response:
    """Return the account in the user pool, with the role of the token."""
    account = get_me(accounts, request.caller.id)
    return Response(body=represent.account(account, request.caller.role))

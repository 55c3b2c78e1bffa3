"""GET /api/v1/auth/me: the account of the access token (`architecture.md §6`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.representations import account as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.identity.user_pool import user_pool

pool = user_pool()


@endpoint("getMe", roles=EVERYONE)
def handler(request: Request[None]) -> Response:
    """Answer the account as Cognito knows it, and the role of the token."""
    account = pool.account(request.access_token)
    return Response(body=represent.account(account, request.caller.role))

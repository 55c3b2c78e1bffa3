"""A refresh also returns a new refresh token, as Cognito's rotation of refresh tokens does.

The new token belongs to the same session and expires when the first one would have. The used token
stays valid for REFRESH_GRACE_SECONDS after its first use; then it is refused. All refresh tokens of
a session have the same `origin_jti`, so the revocation of one revokes all.
"""

# ruff: noqa: SLF001 - the patch replaces and calls private functions of the emulator
import importlib
import json
import os
import time
from collections.abc import Callable
from typing import Any, Final

type Json = dict[str, Any]
type Handler = Callable[[Json], Any]
"""Takes a request; returns status, headers and body."""

MODULE: Final = "services.cognito"
REQUIRED: Final = (
    "_get_tokens_from_refresh_token",
    "_pool_for_client",
    "_refresh_auth_user",
    "_signed_jwt",
    "_token_claims",
    "error_response_json",
    "new_uuid",
)
cognito: Any = importlib.import_module(f"ministack.{MODULE}")


def apply() -> None:
    """Replace the handler of GetTokensFromRefreshToken."""
    cognito._get_tokens_from_refresh_token = rotating(
        cognito._get_tokens_from_refresh_token, float(os.environ["REFRESH_GRACE_SECONDS"])
    )


def rotating(refresh: Handler, grace_seconds: float) -> Handler:
    """Return `refresh` with rotation."""

    def refresh_and_rotate(request: Json) -> Any:
        client_id, token = request.get("ClientId"), request.get("RefreshToken")
        pool, pool_id = cognito._pool_for_client(client_id)
        user = cognito._refresh_auth_user(pool, pool_id, client_id, token)[0] if pool else None
        if user is None:
            return refresh(request)  # returns the error
        claims = cognito._token_claims(token)
        used_at = user.get("_rotated_at", {}).get(claims["jti"])
        if used_at is not None and time.time() > used_at + grace_seconds:
            message = "Refresh token has been invalidated by rotation"
            return cognito.error_response_json("RefreshTokenReuseException", message, 400)
        status, headers, body = refresh(request)
        if status != 200:
            return status, headers, body
        user.setdefault("_rotated_at", {}).setdefault(claims["jti"], time.time())
        answer = json.loads(body)
        answer["AuthenticationResult"]["RefreshToken"] = _next_refresh_token(claims, pool_id)
        return status, headers, json.dumps(answer).encode()

    return refresh_and_rotate


def _next_refresh_token(claims: Json, pool_id: str) -> str:
    """Return a refresh token with the claims of the used one, but its own id and time of issue."""
    own = {"jti": cognito.new_uuid(), "iat": int(time.time())}
    token: str = cognito._signed_jwt(claims | own, pool_id, "access")
    return token

"""All tokens of a session have the `auth_time` of its sign-in, as in Cognito.

The emulator gives each token the second in which it is made, and none to a refresh token.
"""

# ruff: noqa: SLF001 - the patch replaces and calls private functions of the emulator
import importlib
from collections.abc import Callable
from typing import Any, Final

type Json = dict[str, Any]
type Refreshed = tuple[Json | None, Any]
"""The tokens and None, or None and the response of an error."""

MODULE: Final = "services.cognito"
REQUIRED: Final = (
    "_build_auth_result",
    "_refresh_auth_result",
    "_signed_jwt",
    "_token_claims",
)
cognito: Any = importlib.import_module(f"ministack.{MODULE}")

_KEYS: Final = {"AccessToken": "access", "IdToken": "id", "RefreshToken": "access"}
"""The pool's key that signs each token."""


def apply() -> None:
    """Replace the functions that make the tokens of a sign-in and of a refresh."""
    cognito._build_auth_result = with_first_auth_time(cognito._build_auth_result)
    cognito._refresh_auth_result = with_sign_in_auth_time(cognito._refresh_auth_result)


def with_first_auth_time(build: Callable[..., Json]) -> Callable[..., Json]:
    """Return `build`, whose tokens all have the `auth_time` of the access token."""

    def build_tokens(pool_id: str, *arguments: Any, **options: Any) -> Json:
        tokens = build(pool_id, *arguments, **options)
        auth_time = cognito._token_claims(tokens["AccessToken"])["auth_time"]
        return _with_auth_time(tokens, auth_time, pool_id)

    return build_tokens


def with_sign_in_auth_time(refresh: Callable[..., Refreshed]) -> Callable[..., Refreshed]:
    """Return `refresh`, whose tokens have the `auth_time` of the refresh token."""

    def refresh_tokens(pool: Any, pool_id: str, client_id: str, refresh_token: str) -> Refreshed:
        tokens, error = refresh(pool, pool_id, client_id, refresh_token)
        if tokens is None:
            return None, error
        claims = cognito._token_claims(refresh_token)
        # The emulator may have kept a refresh token without `auth_time`, from before this patch.
        auth_time = claims.get("auth_time", claims["iat"])
        return _with_auth_time(tokens, auth_time, pool_id), None

    return refresh_tokens


def _with_auth_time(tokens: Json, auth_time: int, pool_id: str) -> Json:
    """Return the answer with `auth_time` in each of its tokens, signed again."""
    changed = {
        name: cognito._signed_jwt(
            cognito._token_claims(tokens[name]) | {"auth_time": auth_time}, pool_id, key
        )
        for name, key in _KEYS.items()
        if name in tokens
    }
    return tokens | changed

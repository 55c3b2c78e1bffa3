"""A refresh and a revocation require the secret of a client that has one, as in Cognito."""

# ruff: noqa: SLF001 - the patch replaces and calls private functions of the emulator
import importlib
from collections.abc import Callable
from typing import Any, Final

type Json = dict[str, Any]
type Handler = Callable[[Json], Any]
"""Takes a request; returns status, headers and body."""

MODULE: Final = "services.cognito"
REQUIRED: Final = (
    "_get_tokens_from_refresh_token",
    "_pool_for_client",
    "_revoke_token",
    "error_response_json",
)
cognito: Any = importlib.import_module(f"ministack.{MODULE}")


def apply() -> None:
    """Replace the handlers of GetTokensFromRefreshToken and RevokeToken."""
    for name in ("_get_tokens_from_refresh_token", "_revoke_token"):
        setattr(cognito, name, requiring_secret(getattr(cognito, name)))


def requiring_secret(handle: Handler) -> Handler:
    """Return `handle`, which refuses a request of a confidential client without its secret."""

    def check_and_handle(request: Json) -> Any:
        pool, _ = cognito._pool_for_client(request.get("ClientId"))
        client = pool["_clients"][request["ClientId"]] if pool else {}
        secret = client.get("ClientSecret")
        if secret and request.get("ClientSecret") != secret:
            message = f"Unable to verify secret for client {request['ClientId']}"
            return cognito.error_response_json("NotAuthorizedException", message, 400)
        return handle(request)

    return check_and_handle

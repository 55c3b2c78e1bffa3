"""Start the emulator with what it lacks of Cognito, as Cognito documents it.

Runs under the emulator's own interpreter and imports nothing of ours.

- Rotation: a refresh also answers with a new refresh token of the same session, which ends when the
  first one would have; the one sent stays good for REFRESH_GRACE_SECONDS after its first use, then
  it is refused. Revoking any of them revokes all: they carry the same `origin_jti`.
- A trigger before token generation says of groups what holds for both tokens; the emulator looks
  for it in what is said of each.
- Confirming a registration verifies the address that the code went to.
"""

# ruff: noqa: SLF001 - what is replaced and what it stands on are the emulator's own
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

type Json = dict[str, Any]
type Handler = Callable[[Json], Any]
"""Takes a request; returns status, headers and body."""

app: Any = importlib.import_module("ministack.app")
cognito: Any = importlib.import_module("ministack.services.cognito")

REFRESH, TRIGGERED, CONFIRM = REPLACED = (
    "_get_tokens_from_refresh_token",
    "_extract_trigger_response",
    "_confirm_sign_up",
)
USED = (
    "_merge_attributes",
    "_pool_for_client",
    "_refresh_auth_user",
    "_resolve_user",
    "_signed_jwt",
    "_token_claims",
)


def main() -> None:
    """Replace what falls short, then run the emulator."""
    if missing := [name for name in (*REPLACED, *USED) if not hasattr(cognito, name)]:
        sys.exit(
            f"ministack {version('ministack')} has no {', '.join(missing)} in services/cognito.py: "
            "bring local/emulated.py up to it, or pin the version before it."
        )
    grace_seconds = float(os.environ["REFRESH_GRACE_SECONDS"])
    setattr(cognito, REFRESH, rotating(getattr(cognito, REFRESH), grace_seconds))
    setattr(cognito, TRIGGERED, with_groups_for_each(getattr(cognito, TRIGGERED)))
    setattr(cognito, CONFIRM, verifying(getattr(cognito, CONFIRM)))
    app.main()


def rotating(refresh: Handler, grace_seconds: float) -> Handler:
    """Return `refresh` with rotation."""

    def refresh_and_rotate(request: Json) -> Any:
        client_id, token = request.get("ClientId"), request.get("RefreshToken")
        pool, pool_id = cognito._pool_for_client(client_id)
        user = cognito._refresh_auth_user(pool, pool_id, client_id, token)[0] if pool else None
        if user is None:
            return refresh(request)  # it says why not
        claims = cognito._token_claims(token)
        used_at = user.get("_rotated_at", {}).get(claims["jti"])
        if used_at is not None and time.time() > used_at + grace_seconds:
            message = "Refresh token has been invalidated by rotation"
            return cognito.error_response_json("RefreshTokenReuseException", message, 400)
        status, headers, body = refresh(request)
        if status != 200:
            return status, headers, body
        user.setdefault("_rotated_at", {}).setdefault(claims["jti"], time.time())
        return status, headers, _rotated(json.loads(body), claims, pool_id)

    return refresh_and_rotate


def _rotated(answer: Json, claims: Json, pool_id: str) -> bytes:
    """Add the next refresh token; all tokens say when the session began, as Cognito's do."""
    began = {"auth_time": claims.get("auth_time", claims["iat"])}
    tokens = answer["AuthenticationResult"]
    for name, key in (("AccessToken", "access"), ("IdToken", "id")):
        told = cognito._token_claims(tokens[name]) | began
        tokens[name] = cognito._signed_jwt(told, pool_id, key)
    new = {"jti": cognito.new_uuid(), "iat": int(time.time())}
    tokens["RefreshToken"] = cognito._signed_jwt(claims | began | new, pool_id, "access")
    return json.dumps(answer).encode()


def with_groups_for_each(extract: Callable[[Any], Json | None]) -> Callable[[Any], Json | None]:
    """Return `extract` (a trigger's answer) with the groups where the emulator looks for them."""

    def extract_with_groups(payload: Any) -> Json | None:
        response = extract(payload)
        details = (response or {}).get("claimsAndScopeOverrideDetails") or {}
        if groups := details.get("groupOverrideDetails"):
            for part in ("accessTokenGeneration", "idTokenGeneration"):
                details[part] = (details.get(part) or {}) | {"groupOverrideDetails": groups}
        return response

    return extract_with_groups


def verifying(confirm: Handler) -> Handler:
    """Return `confirm` (of a registration), which also verifies the address."""

    def confirm_and_verify(request: Json) -> Any:
        answer = confirm(request)
        if answer[0] == 200:
            pool, _ = cognito._pool_for_client(request["ClientId"])
            user, _ = cognito._resolve_user(pool, request["Username"])
            verified = [{"Name": "email_verified", "Value": "true"}]
            user["Attributes"] = cognito._merge_attributes(user["Attributes"], verified)
        return answer

    return confirm_and_verify


if __name__ == "__main__":
    main()

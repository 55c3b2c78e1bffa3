"""Start the emulator with what it lacks of Cognito and Lambda, as their documents have it.

Runs under the emulator's own interpreter and imports nothing of ours.

- Rotation: a refresh also answers with a new refresh token of the same session, which ends when the
  first one would have; the one sent stays good for REFRESH_GRACE_SECONDS after its first use, then
  it is refused. Revoking any of them revokes all: they carry the same `origin_jti`.
- A refresh and a revocation need the client's secret when it has one, as the other calls do.
- A trigger before token generation says of groups what holds for both tokens; the emulator looks
  for it in what is said of each.
- Confirming a registration verifies the address that the code went to.
- No code for a new password goes to an account that is disabled, has the password of an invitation,
  or whose address is not verified; no code of a registration to one that is confirmed.
- A function that reads a stream may name the records that failed: from the first of them on they
  come again, until the retries of the first are used up; then that one goes to the queue of
  failures. A call that fails altogether counts as its first record's failure. The emulator takes
  the first for a success, and repeats the second for as long as records are kept.
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
type Refusal = tuple[str, str]
"""The code and message of an error."""
type Execute = Callable[[Json, Json], Json]
"""Runs a function with an event; returns what came of it."""

app: Any = importlib.import_module("ministack.app")
cognito: Any = importlib.import_module("ministack.services.cognito")
functions: Any = importlib.import_module("ministack.services.lambda_svc")

REFRESH, REVOKE, TRIGGERED, CONFIRM, FORGOT, RESEND = REPLACED = (
    "_get_tokens_from_refresh_token",
    "_revoke_token",
    "_extract_trigger_response",
    "_confirm_sign_up",
    "_forgot_password",
    "_resend_confirmation_code",
)
USED = (
    "_merge_attributes",
    "_pool_for_client",
    "_refresh_auth_user",
    "_resolve_user",
    "_signed_jwt",
    "_token_claims",
)
EXECUTE = "_execute_function"
USED_OF_FUNCTIONS = ("_iter_all_esms", "_send_ddb_stream_failure_record")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0


def main() -> None:
    """Replace what falls short, then run the emulator."""
    require(cognito, "services/cognito.py", (*REPLACED, *USED))
    require(functions, "services/lambda_svc.py", (EXECUTE, *USED_OF_FUNCTIONS))
    grace_seconds = float(os.environ["REFRESH_GRACE_SECONDS"])
    setattr(cognito, REFRESH, proved(rotating(getattr(cognito, REFRESH), grace_seconds)))
    setattr(cognito, REVOKE, proved(getattr(cognito, REVOKE)))
    setattr(cognito, TRIGGERED, with_groups_for_each(getattr(cognito, TRIGGERED)))
    setattr(cognito, CONFIRM, verifying(getattr(cognito, CONFIRM)))
    setattr(cognito, FORGOT, particular(getattr(cognito, FORGOT), no_reset_code))
    setattr(cognito, RESEND, particular(getattr(cognito, RESEND), no_confirmation_code))
    setattr(functions, EXECUTE, repeating(getattr(functions, EXECUTE)))
    app.main()


def require(module: Any, path: str, names: tuple[str, ...]) -> None:
    """Exit with what to do when the emulator's module lacks one of `names`."""
    if missing := [name for name in names if not hasattr(module, name)]:
        sys.exit(
            f"ministack {version('ministack')} has no {', '.join(missing)} in {path}: "
            "bring local/aws/emulated.py up to it, or pin the version before it."
        )


def proved(handle: Handler) -> Handler:
    """Return `handle`, which refuses a confidential client's call without its secret."""

    def check_and_handle(request: Json) -> Any:
        pool, _ = cognito._pool_for_client(request.get("ClientId"))
        client = pool["_clients"][request["ClientId"]] if pool else {}
        secret = client.get("ClientSecret")
        if secret and request.get("ClientSecret") != secret:
            message = f"Unable to verify secret for client {request['ClientId']}"
            return cognito.error_response_json("NotAuthorizedException", message, 400)
        return handle(request)

    return check_and_handle


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


def particular(send: Handler, why_not: Callable[[Json], Refusal | None]) -> Handler:
    """Return `send` (of a code), which refuses an account for which `why_not` has a reason."""

    def check_and_send(request: Json) -> Any:
        pool, _ = cognito._pool_for_client(request["ClientId"])
        user, _ = cognito._resolve_user(pool, request["Username"]) if pool else (None, None)
        refusal = why_not(user) if user else None
        return cognito.error_response_json(*refusal, 400) if refusal else send(request)

    return check_and_send


def no_reset_code(user: Json) -> Refusal | None:
    """Return why Cognito sends `user` no code for a new password, if it does not."""
    if not user.get("Enabled", True):
        return "NotAuthorizedException", "User is disabled."
    if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
        return "NotAuthorizedException", "User password cannot be reset in the current state."
    if {"Name": "email_verified", "Value": "true"} not in user["Attributes"]:
        return "InvalidParameterException", "Cannot reset password: there is no verified email."
    return None


def no_confirmation_code(user: Json) -> Refusal | None:
    """Return why Cognito sends `user` no code to confirm the account, if it does not."""
    if user["UserStatus"] != "UNCONFIRMED":
        return "InvalidParameterException", "User is already confirmed."
    return None


def repeating(execute: Execute) -> Execute:
    """Return `execute`, in which records of a stream come again as long as they fail."""

    def execute_until_done(function: Json, event: Json) -> Json:
        source = source_of(function, event)
        if source is None:
            return execute(function, event)
        records, retries = event["Records"], 0
        while True:
            result = execute(function, {"Records": records})
            first = first_failed(result, records)
            if first is None:
                return result
            # Those before it are done, and it has its retries to itself.
            records, retries = records[first:], 0 if first else retries
            if retries < source["MaximumRetryAttempts"]:
                time.sleep(min(FIRST_PAUSE_SECONDS * 2**retries, LONGEST_PAUSE_SECONDS))
                retries += 1
                continue
            functions._send_ddb_stream_failure_record(
                source,
                function,
                records[:1],
                source["EventSourceArn"],
                result,
                "RetryAttemptsExhausted",
            )
            records, retries = records[1:], 0
            if not records:
                return result | {"error": False}

    return execute_until_done


def source_of(function: Json, event: Any) -> Json | None:
    """Return the mapping by which `event` comes from a stream; None for any other event."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not records or records[0].get("eventSource") != "aws:dynamodb":
        return None
    name = function.get("config", function)["FunctionName"]
    return next(
        (
            source
            for _, _, source in functions._iter_all_esms()
            if source["FunctionName"] == name
            and source["EventSourceArn"] == records[0]["eventSourceARN"]
            and "ReportBatchItemFailures" in source["FunctionResponseTypes"]
        ),
        None,
    )


def first_failed(result: Json, records: list[Json]) -> int | None:
    """Return the place of the first record that failed; None when all went well."""
    if result.get("error") or result.get("throttle"):
        return 0
    body = result.get("body")
    answer = json.loads(body) if isinstance(body, str) and body else body
    named = (answer or {}).get("batchItemFailures") or []
    if not named:
        return None
    failed = {each.get("itemIdentifier") for each in named}
    places = (
        place
        for place, record in enumerate(records)
        if record["dynamodb"]["SequenceNumber"] in failed
    )
    # An answer that names no record of the batch is a failure of all of it.
    return next(places, 0)


if __name__ == "__main__":
    main()

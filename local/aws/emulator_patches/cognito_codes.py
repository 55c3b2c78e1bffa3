"""Codes by mail follow the state of the account, as in Cognito.

- A confirmed registration also verifies the address to which the code was sent.
- An account gets no code for a new password if it is disabled, has the password of an invitation,
  or has no verified address.
- A confirmed account gets no code to confirm its registration.
"""

# ruff: noqa: SLF001 - the patch replaces and calls private functions of the emulator
import importlib
from collections.abc import Callable
from typing import Any, Final

type Json = dict[str, Any]
type Handler = Callable[[Json], Any]
"""Takes a request; returns status, headers and body."""
type Refusal = tuple[str, str]
"""The code and message of an error."""

MODULE: Final = "services.cognito"
REQUIRED: Final = (
    "_confirm_sign_up",
    "_forgot_password",
    "_merge_attributes",
    "_pool_for_client",
    "_resend_confirmation_code",
    "_resolve_user",
    "error_response_json",
)
cognito: Any = importlib.import_module(f"ministack.{MODULE}")

_VERIFIED: Final = {"Name": "email_verified", "Value": "true"}


def apply() -> None:
    """Replace the handlers of ConfirmSignUp, ForgotPassword and ResendConfirmationCode."""
    cognito._confirm_sign_up = verifying_address(cognito._confirm_sign_up)
    cognito._forgot_password = refusing(cognito._forgot_password, reset_refusal)
    cognito._resend_confirmation_code = refusing(
        cognito._resend_confirmation_code, confirmation_refusal
    )


def verifying_address(confirm: Handler) -> Handler:
    """Return `confirm` (of a registration), which also verifies the address."""

    def confirm_and_verify(request: Json) -> Any:
        answer = confirm(request)
        if answer[0] == 200:
            pool, _ = cognito._pool_for_client(request["ClientId"])
            user, _ = cognito._resolve_user(pool, request["Username"])
            user["Attributes"] = cognito._merge_attributes(user["Attributes"], [_VERIFIED])
        return answer

    return confirm_and_verify


def refusing(send: Handler, refusal_of: Callable[[Json], Refusal | None]) -> Handler:
    """Return `send` (of a code), which refuses a user for whom `refusal_of` returns an error."""

    def check_and_send(request: Json) -> Any:
        pool, _ = cognito._pool_for_client(request["ClientId"])
        user, _ = cognito._resolve_user(pool, request["Username"]) if pool else (None, None)
        refusal = refusal_of(user) if user else None
        return cognito.error_response_json(*refusal, 400) if refusal else send(request)

    return check_and_send


def reset_refusal(user: Json) -> Refusal | None:
    """Return the error for which Cognito sends `user` no code for a new password, or None."""
    if not user.get("Enabled", True):
        return "NotAuthorizedException", "User is disabled."
    if user["UserStatus"] == "FORCE_CHANGE_PASSWORD":
        return "NotAuthorizedException", "User password cannot be reset in the current state."
    if _VERIFIED not in user["Attributes"]:
        return "InvalidParameterException", "Cannot reset password: there is no verified email."
    return None


def confirmation_refusal(user: Json) -> Refusal | None:
    """Return the error for which Cognito sends `user` no code to confirm the account, or None."""
    if user["UserStatus"] != "UNCONFIRMED":
        return "InvalidParameterException", "User is already confirmed."
    return None

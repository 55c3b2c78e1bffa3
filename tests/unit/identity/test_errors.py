"""Errors of logins, codes and sessions, with the texts of the contract."""

import pytest

from teppan.domain.errors import (
    BadRequest,
    DomainError,
    Forbidden,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from teppan.identity.errors import (
    IdentityUnavailable,
    InvalidCode,
    InvalidCredentials,
    InvalidMfaCode,
    InvalidRefreshToken,
    LoginUnsupported,
    MfaRequired,
    OutcomeUnknown,
    PasswordResetRequired,
    SessionEnded,
    TooManyAttempts,
)


@pytest.mark.parametrize(
    ("error", "kind", "code", "detail"),
    [
        (SessionEnded, Unauthorized, "unauthorized", "Your session has ended. Log in again."),
        (
            InvalidCredentials,
            Unauthorized,
            "invalid_credentials",
            (
                "Check both and try again. If you have just registered, first confirm with the "
                "code from your e-mail. If you have forgotten the password, reset it. If both "
                "are right, the account may be locked after too many attempts: try again in 15 "
                "minutes."
            ),
        ),
        (
            MfaRequired,
            Unauthorized,
            "mfa_required",
            "Send the code of your authenticator app as mfa_code.",
        ),
        (
            InvalidMfaCode,
            Unauthorized,
            "invalid_mfa_code",
            "Wait for the next code of your authenticator app and try again.",
        ),
        (InvalidRefreshToken, Unauthorized, "invalid_refresh_token", "Log in again."),
        (
            PasswordResetRequired,
            Forbidden,
            "password_reset_required",
            "Reset your password, then log in with the new one.",
        ),
        (
            LoginUnsupported,
            Forbidden,
            "login_unsupported",
            "Your account asks for a way to log in that is not offered here; contact support.",
        ),
        (
            InvalidCode,
            BadRequest,
            "invalid_code",
            (
                "The code is wrong, was used before or has expired. Check it, or ask for another "
                "one. After many wrong codes wait an hour first."
            ),
        ),
        (
            IdentityUnavailable,
            Unavailable,
            "identity_unavailable",
            "The service is busy. Please try again in a moment.",
        ),
        (
            OutcomeUnknown,
            IdentityUnavailable,
            "identity_unavailable",
            "The service is busy. Please try again in a moment.",
        ),
    ],
)
def test_an_identity_error_has_its_kind_code_and_detail(
    error: type[DomainError], kind: type[DomainError], code: str, detail: str
) -> None:
    raised = error()

    assert isinstance(raised, kind)
    assert (raised.code, raised.detail, str(raised)) == (code, detail, detail)


@pytest.mark.parametrize("seconds", [1, 2, 900])
def test_too_many_attempts_has_retry_after(seconds: int) -> None:
    refusal = TooManyAttempts(seconds)

    assert isinstance(refusal, TooManyRequests)
    assert refusal.retry_after == seconds
    assert refusal.detail == "Please wait before you try again."


def test_retry_after_belongs_to_one_error_not_to_its_class() -> None:
    short, long = TooManyAttempts(1), TooManyAttempts(900)

    assert (short.retry_after, long.retry_after) == (1, 900)

"""Errors of logins, codes and sessions, each with a stable `code`.

No error reveals whether an account exists to a caller who does not know its password.
"""

from teppan.domain.errors import BadRequest, Forbidden, TooManyRequests, Unauthorized, Unavailable


class SessionEnded(Unauthorized):
    """The session was logged out, or the password was changed after it began."""

    detail = "Your session has ended. Log in again."


class InvalidCredentials(Unauthorized):
    """The e-mail address and the password do not open an account.

    All reasons have one text: the reason would reveal whether the address has an account.
    """

    code = "invalid_credentials"
    title = "The e-mail address or the password is wrong"
    detail = (
        "Check both and try again. If you have just registered, first confirm with the code from "
        "your e-mail. If you have forgotten the password, reset it. If both are right, the account "
        "may be locked after too many attempts: try again in 15 minutes."
    )


class MfaRequired(Unauthorized):
    """The password is right, but the account also requires a second factor."""

    code = "mfa_required"
    title = "A second factor is required"
    detail = "Send the code of your authenticator app as mfa_code."


class InvalidMfaCode(Unauthorized):
    """The password is right, but the code of the second factor is wrong."""

    code = "invalid_mfa_code"
    title = "The code of the second factor is wrong"
    detail = "Wait for the next code of your authenticator app and try again."


class InvalidRefreshToken(Unauthorized):
    """The refresh token is unknown, used, revoked or expired."""

    code = "invalid_refresh_token"
    title = "The session has ended"
    detail = "Log in again."


class PasswordResetRequired(Forbidden):
    """The password is right, but it must be replaced before the account can log in."""

    code = "password_reset_required"
    title = "The password must be reset"
    detail = "Reset your password, then log in with the new one."


class LoginUnsupported(Forbidden):
    """The password is right, but Cognito asks for a challenge that this API does not support."""

    code = "login_unsupported"
    title = "The account cannot log in here"
    detail = "Your account asks for a way to log in that is not offered here; contact support."


class InvalidCode(BadRequest):
    """The code is wrong, used or expired for this e-mail address."""

    code = "invalid_code"
    title = "The code is not valid"
    detail = (
        "The code is wrong, was used before or has expired. Check it, or ask for another one. "
        "After many wrong codes wait an hour first."
    )


class TooManyAttempts(TooManyRequests):
    """The caller attempts too often, or too many attempts have failed."""

    code = "too_many_attempts"
    title = "Too many attempts"
    detail = "Please wait before you try again."

    def __init__(self, retry_after: int) -> None:
        """Ask to wait `retry_after` seconds."""
        super().__init__()
        self.retry_after = retry_after


class IdentityUnavailable(Unavailable):
    """The identity service does not answer or is too busy."""

    code = "identity_unavailable"
    title = "The service is busy"


class OutcomeUnknown(IdentityUnavailable):
    """The identity service has not answered, so the call may have taken effect."""

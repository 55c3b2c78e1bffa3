"""What can be wrong with a login, a code or a session, one class each, with a stable `code`.

None of them tells whether an account exists to somebody who does not know its password.
"""

from teppan.domain.errors import BadRequest, Forbidden, TooManyRequests, Unauthorized, Unavailable


class SessionEnded(Unauthorized):
    """Somebody logged out of the session, or changed the password since it began."""

    detail = "Your session has ended. Log in again."


class InvalidCredentials(Unauthorized):
    """The address and the password do not open an account, for whatever reason.

    One text for all, since which of them it is would tell whether the address has an account.
    """

    code = "invalid_credentials"
    title = "The e-mail address or the password is wrong"
    detail = (
        "Check both and try again. If you have just registered, first confirm with the code from "
        "your e-mail. If you have forgotten the password, reset it. If both are right, wait 15 "
        "minutes: somebody may have tried too often."
    )


class MfaRequired(Unauthorized):
    """The password is right, and the account has a second factor."""

    code = "mfa_required"
    title = "A second factor is required"
    detail = "Send the code of your authenticator app as mfa_code."


class InvalidMfaCode(Unauthorized):
    """The password is right, the code of the second factor is not."""

    code = "invalid_mfa_code"
    title = "The code of the second factor is wrong"
    detail = "Wait for the next code of your authenticator app and try again."


class InvalidRefreshToken(Unauthorized):
    """The refresh token is not ours, was used before, was revoked or is too old."""

    code = "invalid_refresh_token"
    title = "The session has ended"
    detail = "Log in again."


class PasswordResetRequired(Forbidden):
    """The password is right and good for nothing but being replaced."""

    code = "password_reset_required"
    title = "The password must be reset"
    detail = "Reset your password, then log in with the new one."


class LoginUnsupported(Forbidden):
    """The password is right, and Cognito asks for a proof that this API has no operation for."""

    code = "login_unsupported"
    title = "The account can not log in here"
    detail = "Your account asks for a way to log in that is not offered here; contact support."


class InvalidCode(BadRequest):
    """The code is not the right one for this address."""

    code = "invalid_code"
    title = "The code is not valid"
    detail = (
        "The code is wrong, was used before or has expired. Check it, or ask for another one. "
        "After many wrong codes wait an hour first."
    )


class TooManyAttempts(TooManyRequests):
    """Attempts come too fast or have failed too often."""

    code = "too_many_attempts"
    title = "Too many attempts"
    detail = "Please wait before you try again."

    def __init__(self, retry_after: int) -> None:
        """Ask to wait `retry_after` seconds."""
        super().__init__()
        self.retry_after = retry_after


class IdentityUnavailable(Unavailable):
    """The identity service does not answer, or is too busy."""

    code = "identity_unavailable"
    title = "The service is busy"


class OutcomeUnknown(IdentityUnavailable):
    """The identity service has not answered: what was asked of it may have been done."""

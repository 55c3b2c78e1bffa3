"""Translation of Cognito's error codes to our own errors, for each call.

An error message of Cognito may quote the request, so it is dropped before anything can log it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from teppan.aws import UNREACHABLE
from teppan.domain.errors import InvalidInput, Violation
from teppan.identity.errors import (
    IdentityUnavailable,
    InvalidCode,
    InvalidCredentials,
    InvalidMfaCode,
    InvalidRefreshToken,
    LoginUnsupported,
    OutcomeUnknown,
    TooManyAttempts,
)


class AccountExistsError(Exception):
    """The e-mail address already has an account."""


class NothingToDoError(Exception):
    """The account does not exist, or the call does not apply to it."""


class AppClientRefusedError(Exception):
    """Cognito refuses our app client: its secret differs from the one in Secrets Manager."""


type Refusals = dict[str, Callable[[], Exception]]
"""The error of ours that each error code of Cognito is translated to."""

_CLIENT_REFUSED: Final = "the app client is refused"
_ABOUT_CLIENT: Final = re.compile(
    r"Unable to verify secret |Client \w+ is configured (?:with|for) secret"
)
"""The start of Cognito's message about our app client; the message never quotes the request at its
start."""
_LONG_WAIT_SECONDS, _SHORT_WAIT_SECONDS = 900, 5


def _all(codes: tuple[str, ...], meaning: Callable[[], Exception]) -> Refusals:
    """Return a translation of all `codes` to one error."""
    return dict.fromkeys(codes, meaning)


def _invalid(pointer: str, detail: str) -> Callable[[], Exception]:
    return lambda: InvalidInput([Violation("body", pointer, detail)])


def _unusable(pointer: str) -> Refusals:
    refused = _invalid(pointer, "This password cannot be used; choose another one.")
    return _all(("InvalidPasswordException", "PasswordHistoryPolicyViolationException"), refused)


_ALWAYS: Final = (
    {"TooManyRequestsException": lambda: TooManyAttempts(_SHORT_WAIT_SECONDS)}
    | _all(
        ("LimitExceededException", "TooManyFailedAttemptsException"),
        lambda: TooManyAttempts(_LONG_WAIT_SECONDS),
    )
    | _all(
        (
            "CodeDeliveryFailureException",
            "ForbiddenException",
            "InternalErrorException",
            "InvalidEmailRoleAccessPolicyException",
            "InvalidLambdaResponseException",
            "ServiceUnavailableException",
            "ThrottlingException",
            "UnexpectedLambdaException",
            "UserLambdaValidationException",
        ),
        IdentityUnavailable,
    )
)
_NO_ACCOUNT: Final = (
    "InvalidParameterException",
    "NotAuthorizedException",
    "UserNotFoundException",
)
_ACCOUNT_EXISTS: Final = (
    "LimitExceededException",
    "PasswordResetRequiredException",
    "TooManyFailedAttemptsException",
    "UserNotConfirmedException",
)
"""Codes that reveal an existing account to a caller who does not know its password."""

WRONG_CREDENTIALS: Final = _all((*_NO_ACCOUNT, *_ACCOUNT_EXISTS), InvalidCredentials)
WRONG_MFA_CODE: Final = (
    WRONG_CREDENTIALS
    | _all(("CodeMismatchException", "ExpiredCodeException"), InvalidMfaCode)
    | {"SoftwareTokenMFANotFoundException": LoginUnsupported}
)
WRONG_CODE: Final = _all(
    (
        *_NO_ACCOUNT,
        *_ACCOUNT_EXISTS,
        "AliasExistsException",
        "CodeMismatchException",
        "ExpiredCodeException",
    ),
    InvalidCode,
)
NOTHING_TO_SEND: Final = _all(
    (*_NO_ACCOUNT, *_ACCOUNT_EXISTS, "CodeDeliveryFailureException"), NothingToDoError
) | {"UsernameExistsException": AccountExistsError}
_NO_SESSION: Final = (
    *_NO_ACCOUNT,
    "PasswordResetRequiredException",
    "RefreshTokenReuseException",
    "UserNotConfirmedException",
)
WRONG_REFRESH_TOKEN: Final = _all(_NO_SESSION, InvalidRefreshToken)
NOT_REVOCABLE: Final = _all(
    ("InvalidParameterException", "UnsupportedTokenTypeException"),
    _invalid("/refresh_token", "This is no refresh token of ours."),
) | _all(
    # Not documented; seen for a token that is revoked or of another client (docs/accounts.md).
    ("NotAuthorizedException", "UnauthorizedException", "UserNotFoundException"),
    NothingToDoError,
)
ACCOUNT_NOT_FOUND: Final = _all(("UserNotFoundException",), NothingToDoError)
NOT_SETTABLE: Final = _unusable("/password") | {"UserNotFoundException": InvalidCode}
NOT_RESETTABLE: Final = WRONG_CODE | _unusable("/new_password")


@contextmanager
def refusals(meanings: Refusals) -> Iterator[None]:
    """Raise an error of Cognito as our own: the one in `meanings`, or the one for every call."""
    try:
        yield
    except (*UNREACHABLE, ResponseParserError) as error:
        raise OutcomeUnknown from error
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if message == _CLIENT_REFUSED:
            raise AppClientRefusedError from error
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
            raise OutcomeUnknown from error
        meaning = (_ALWAYS | meanings).get(code)
        if meaning is None:
            raise
        raise meaning() from error


def drop_error_message(parsed: dict[str, Any], **_: object) -> None:
    """Drop the message of an error that botocore has parsed.

    The message is the only sign that the app client is refused, so that fact is kept.
    """
    error = parsed.get("Error")
    parsed.pop("message", None)
    if error:
        is_about_client = _ABOUT_CLIENT.match(str(error.get("Message", "")))
        error["Message"] = _CLIENT_REFUSED if is_about_client else "not kept"

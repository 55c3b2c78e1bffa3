"""What Cognito's refusals mean: its error codes, call by call, as our own errors.

An error of Cognito may quote what it was sent, so its message is dropped before anybody sees it.
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
    """The address has an account already."""


class NothingToDoError(Exception):
    """There is no such account, or it wants none of this."""


class AppClientRefusedError(Exception):
    """Cognito refuses our app client: its secret is not what Secrets Manager holds."""


type Refusals = dict[str, Callable[[], Exception]]
"""What an error code of Cognito means."""

_CLIENT_REFUSED: Final = "the app client is refused"
_ABOUT_CLIENT: Final = re.compile(
    r"Unable to verify secret |Client \w+ is configured (?:with|for) secret"
)
"""How Cognito begins to say so; what it quotes of a request never stands at the beginning."""
_LONG, _SHORT = 900, 5


def _all(codes: tuple[str, ...], meaning: Callable[[], Exception]) -> Refusals:
    return dict.fromkeys(codes, meaning)


def _invalid(pointer: str, detail: str) -> Callable[[], Exception]:
    return lambda: InvalidInput([Violation("body", pointer, detail)])


def _unusable(pointer: str) -> Refusals:
    refused = _invalid(pointer, "This password can not be used; choose another one.")
    return _all(("InvalidPasswordException", "PasswordHistoryPolicyViolationException"), refused)


_ALWAYS: Final = (
    {"TooManyRequestsException": lambda: TooManyAttempts(_SHORT)}
    | _all(
        ("LimitExceededException", "TooManyFailedAttemptsException"), lambda: TooManyAttempts(_LONG)
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
_OF_ACCOUNTS_ALONE: Final = (
    "LimitExceededException",
    "PasswordResetRequiredException",
    "TooManyFailedAttemptsException",
    "UserNotConfirmedException",
)
"""What Cognito says of an account that there is, and not only to whoever knows its password."""

WRONG_CREDENTIALS: Final = _all((*_NO_ACCOUNT, *_OF_ACCOUNTS_ALONE), InvalidCredentials)
WRONG_MFA_CODE: Final = (
    WRONG_CREDENTIALS
    | _all(("CodeMismatchException", "ExpiredCodeException"), InvalidMfaCode)
    | {"SoftwareTokenMFANotFoundException": LoginUnsupported}
)
WRONG_CODE: Final = _all(
    (
        *_NO_ACCOUNT,
        *_OF_ACCOUNTS_ALONE,
        "AliasExistsException",
        "CodeMismatchException",
        "ExpiredCodeException",
    ),
    InvalidCode,
)
NOTHING_TO_SEND: Final = _all(
    (*_NO_ACCOUNT, *_OF_ACCOUNTS_ALONE, "CodeDeliveryFailureException"), NothingToDoError
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
    # Undeclared, and seen for a token that is revoked or of another client (docs/accounts.md).
    ("NotAuthorizedException", "UnauthorizedException", "UserNotFoundException"),
    NothingToDoError,
)
GONE: Final = _all(("UserNotFoundException",), NothingToDoError)
NOT_SETTABLE: Final = _unusable("/password") | {"UserNotFoundException": InvalidCode}
NOT_RESETTABLE: Final = WRONG_CODE | _unusable("/new_password")


@contextmanager
def refusals(meanings: Refusals) -> Iterator[None]:
    """Turn an error of Cognito into what it means for this call, or for any."""
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


def quote_nothing(parsed: dict[str, Any], **_: object) -> None:
    """Drop the message of an error, as botocore has just parsed it, but for what it alone tells."""
    error = parsed.get("Error")
    parsed.pop("message", None)
    if error:
        is_about_client = _ABOUT_CLIENT.match(str(error.get("Message", "")))
        error["Message"] = _CLIENT_REFUSED if is_about_client else "not kept"

"""The calls as the app client: what is sent, and the error that each error code raises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from tests.builders import CUSTOMER

from teppan.domain.errors import InvalidInput
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.refusals import AccountExistsError
from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.errors import (
    IdentityUnavailable,
    InvalidCode,
    InvalidCredentials,
    InvalidRefreshToken,
    TooManyAttempts,
)
from teppan.identity.tokens import Tokens

CLIENT = "the-client"
SECRET = "thesecretofourclient26chars"
EMAIL = "aiko@example.com"
PASSWORD = "four and twenty gyoza"
CODE = "123456"
PROOF = "3XbpF+nzaS0yBlspMU/89HzpBnW1ligr1/BiqBsYPfE="
PROOF_OF_ID = "WE3v3HjKHj0AyGNa1fyLDC9WpNqryOHj5pZTSlmKqUg="
"""The secret hashes that `openssl dgst -sha256 -hmac` computes of the name and the client's id."""

ISSUED = {"AccessToken": "access", "IdToken": "id", "RefreshToken": "refresh", "ExpiresIn": 900}
TOKENS = Tokens(access="access", id="id", refresh="refresh", expires_in=900)

type Meanings = dict[str, type[Exception] | None]
"""The error that a call raises for each error code; None if it raises nothing."""

FOR_EVERY_CALL: Meanings = {
    "CodeDeliveryFailureException": IdentityUnavailable,
    "ForbiddenException": IdentityUnavailable,
    "InternalErrorException": IdentityUnavailable,
    "InvalidEmailRoleAccessPolicyException": IdentityUnavailable,
    "InvalidLambdaResponseException": IdentityUnavailable,
    "LimitExceededException": TooManyAttempts,
    "TooManyFailedAttemptsException": TooManyAttempts,
    "TooManyRequestsException": TooManyAttempts,
    "UnexpectedLambdaException": IdentityUnavailable,
    "UserLambdaValidationException": IdentityUnavailable,
}


def no_account(meaning: type[Exception] | None) -> Meanings:
    """Return one meaning for the codes that would reveal that there is no account."""
    return {
        "InvalidParameterException": meaning,
        "NotAuthorizedException": meaning,
        "UserNotFoundException": meaning,
    }


def account_exists(meaning: type[Exception] | None) -> Meanings:
    """Return one meaning for the codes that would reveal that there is an account."""
    return {
        "LimitExceededException": meaning,
        "PasswordResetRequiredException": meaning,
        "TooManyFailedAttemptsException": meaning,
        "UserNotConfirmedException": meaning,
    }


HIDDEN: Meanings = {
    **no_account(None),
    **account_exists(None),
    "CodeDeliveryFailureException": None,
}
"""The codes that would reveal whether there is an account; a call that sends a code hides them."""


@dataclass(frozen=True)
class Call:
    """A call of Cognito: what it sends, its answer, and the meaning of its error codes."""

    operation: str
    make: Callable[[UserPool], object]
    sends: dict[str, Any]
    answer: dict[str, Any]
    means: Meanings


SIGN_UP = Call(
    "sign_up",
    lambda pool: pool.sign_up(EMAIL),
    {
        "ClientId": CLIENT,
        "SecretHash": PROOF,
        "Username": EMAIL,
        "Password": ANY,
        "UserAttributes": [{"Name": "email", "Value": EMAIL}],
    },
    {"UserConfirmed": False, "UserSub": CUSTOMER},
    HIDDEN | {"UsernameExistsException": AccountExistsError},
)
CONFIRM = Call(
    "confirm_sign_up",
    lambda pool: pool.confirm(EMAIL, CODE),
    {"ClientId": CLIENT, "SecretHash": PROOF, "Username": EMAIL, "ConfirmationCode": CODE},
    {},
    no_account(InvalidCode)
    | account_exists(InvalidCode)
    | {
        "AliasExistsException": InvalidCode,
        "CodeMismatchException": InvalidCode,
        "ExpiredCodeException": InvalidCode,
    },
)
RESEND = Call(
    "resend_confirmation_code",
    lambda pool: pool.send_confirmation_code(EMAIL),
    {"ClientId": CLIENT, "SecretHash": PROOF, "Username": EMAIL},
    {},
    HIDDEN,
)
FORGOT = Call(
    "forgot_password",
    lambda pool: pool.send_reset_code(EMAIL),
    {"ClientId": CLIENT, "SecretHash": PROOF, "Username": EMAIL},
    {},
    HIDDEN,
)
RESET = Call(
    "confirm_forgot_password",
    lambda pool: pool.reset_password(EMAIL, CODE, PASSWORD),
    {
        "ClientId": CLIENT,
        "SecretHash": PROOF,
        "Username": EMAIL,
        "ConfirmationCode": CODE,
        "Password": PASSWORD,
    },
    {},
    no_account(InvalidCode)
    | account_exists(InvalidCode)
    | {
        "CodeMismatchException": InvalidCode,
        "ExpiredCodeException": InvalidCode,
        "InvalidPasswordException": InvalidInput,
        "PasswordHistoryPolicyViolationException": InvalidInput,
    },
)
LOG_IN = Call(
    "initiate_auth",
    lambda pool: pool.log_in(EMAIL, PASSWORD, None),
    {
        "ClientId": CLIENT,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": EMAIL, "PASSWORD": PASSWORD, "SECRET_HASH": PROOF},
    },
    {"AuthenticationResult": ISSUED},
    no_account(InvalidCredentials) | account_exists(InvalidCredentials),
)
REFRESH = Call(
    "get_tokens_from_refresh_token",
    lambda pool: pool.refresh("refresh"),
    {"ClientId": CLIENT, "ClientSecret": SECRET, "RefreshToken": "refresh"},
    {"AuthenticationResult": ISSUED},
    no_account(InvalidRefreshToken)
    | {
        "PasswordResetRequiredException": InvalidRefreshToken,
        "RefreshTokenReuseException": InvalidRefreshToken,
        "UserNotConfirmedException": InvalidRefreshToken,
    },
)
REVOKE = Call(
    "revoke_token",
    lambda pool: pool.revoke("refresh"),
    {"ClientId": CLIENT, "ClientSecret": SECRET, "Token": "refresh"},
    {},
    {
        "InvalidParameterException": InvalidInput,
        "UnsupportedTokenTypeException": InvalidInput,
        "NotAuthorizedException": None,
        "UnauthorizedException": None,
        "UserNotFoundException": None,
    },
)
MAILS = (SIGN_UP, RESEND, FORGOT)
CALLS = (SIGN_UP, CONFIRM, RESEND, FORGOT, RESET, LOG_IN, REFRESH, REVOKE)

each_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
each_mail = pytest.mark.parametrize("call", MAILS, ids=lambda call: call.operation)


def refused(pool: UserPool, stub: Stubber, call: Call, code: str, message: str = "") -> object:
    """Return what the call raises or returns if Cognito answers with the error `code`."""
    stub.add_client_error(call.operation, code, message)
    try:
        return call.make(pool)
    except Exception as error:  # noqa: BLE001 - the test checks the error
        return error


def known_codes(operation: str) -> set[str]:
    """Return the error codes that Cognito documents for an operation."""
    service = cognito().meta.service_model
    name = cognito().meta.method_to_api_mapping[operation]
    return {each.name for each in service.operation_model(name).error_shapes}

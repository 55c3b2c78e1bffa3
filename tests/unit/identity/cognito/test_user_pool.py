"""The calls as the app client: what is sent, and the error that each error code raises."""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import ANY, Stubber
from tests.builders import CUSTOMER
from tests.unit.conftest import LogLines
from tests.unit.identity.conftest import Wire

from teppan import secret
from teppan.domain.errors import InvalidInput
from teppan.identity.cognito.app_client import AppClient
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.refusals import AccountExistsError, AppClientRefusedError
from teppan.identity.cognito.user_pool import UserPool, user_pool
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
    TooManyAttempts,
)
from teppan.identity.tokens import Tokens
from teppan.settings import MissingSettingError

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


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> UserPool:
    monkeypatch.setattr(secret, "current", {"arn of the secret": SECRET}.__getitem__)
    return UserPool(cognito(), AppClient(CLIENT, "arn of the secret"))


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


@each_call
def test_a_call_sends_exactly_its_parameters(pool: UserPool, stub: Stubber, call: Call) -> None:
    stub.add_response(call.operation, call.answer, call.sends)

    call.make(pool)


@pytest.mark.parametrize(
    ("call", "code", "meaning"),
    [(call, code, meaning) for call in CALLS for code, meaning in call.means.items()],
    ids=lambda each: each.operation if isinstance(each, Call) else None,
)
def test_a_refused_call_raises_its_own_error(
    pool: UserPool, stub: Stubber, call: Call, code: str, meaning: type[Exception] | None
) -> None:
    assert isinstance(refused(pool, stub, call, code), meaning or type(None))


@each_call
@pytest.mark.parametrize("code", FOR_EVERY_CALL)
def test_a_common_error_code_means_the_same_for_every_call(
    pool: UserPool, stub: Stubber, call: Call, code: str
) -> None:
    meaning = (FOR_EVERY_CALL | call.means)[code]

    assert isinstance(refused(pool, stub, call, code), meaning or type(None))


@each_call
def test_any_other_documented_error_code_is_raised_unchanged(
    pool: UserPool, stub: Stubber, call: Call
) -> None:
    mistakes = known_codes(call.operation) - FOR_EVERY_CALL.keys() - call.means.keys()
    assert mistakes >= {"OperationNotEnabledException"}

    for code in (*sorted(mistakes), "SomethingNewException"):
        propagated = refused(pool, stub, call, code)
        assert isinstance(propagated, ClientError)
        assert propagated.response["Error"]["Code"] == code


@each_call
def test_no_error_of_a_call_quotes_cognitos_message(
    pool: UserPool, stub: Stubber, call: Call
) -> None:
    message = f"{EMAIL} may not use {PASSWORD}"

    for code in (*FOR_EVERY_CALL, *call.means, "SomethingNewException"):
        raised = refused(pool, stub, call, code, message)
        while isinstance(raised, BaseException):
            assert message not in str(raised) + repr(getattr(raised, "response", None))
            raised = raised.__cause__


def test_an_account_locked_by_cognito_has_invalid_credentials(
    pool: UserPool, stub: Stubber
) -> None:
    # Cognito locks only existing accounts, so a 429 would reveal that there is one.
    raised = refused(pool, stub, LOG_IN, "NotAuthorizedException", "Password attempts exceeded")

    assert isinstance(raised, InvalidCredentials)


@each_call
def test_a_call_without_an_answer_is_not_retried_and_has_an_unknown_outcome(
    pool: UserPool, wire: Wire, call: Call
) -> None:
    wire.failure = ReadTimeoutError(endpoint_url="https://cognito")

    with pytest.raises(OutcomeUnknown):
        call.make(pool)

    assert len(wire.sent) == 1


@each_call
@pytest.mark.parametrize(
    ("status", "code", "unknown"),
    [
        (500, "InternalErrorException", True),
        (503, "ServiceUnavailableException", True),
        (400, "TooManyRequestsException", False),
        (400, "UnexpectedLambdaException", False),
        (400, "SomethingNewException", False),
    ],
)
def test_only_a_server_error_has_an_unknown_outcome(
    pool: UserPool, wire: Wire, call: Call, status: int, code: str, unknown: bool
) -> None:
    wire.status, wire.document = status, {"__type": code, "message": ""}

    with pytest.raises(Exception, match=r"\w") as refusal:
        call.make(pool)

    assert isinstance(refusal.value, OutcomeUnknown) is unknown


class TestSignUp:
    def test_sign_up_sends_a_long_random_password(self, pool: UserPool, wire: Wire) -> None:
        wire.document = SIGN_UP.answer

        for _ in range(100):
            pool.sign_up(EMAIL)

        passwords = [json.loads(request.body)["Password"] for request in wire.sent]
        assert len(set(passwords)) == 100
        assert {len(password) for password in passwords} == {64}

    def test_the_password_of_a_sign_up_is_neither_returned_nor_logged_nor_passed(
        self, pool: UserPool, stub: Stubber, logged: LogLines
    ) -> None:
        stub.add_response("sign_up", SIGN_UP.answer)

        assert SIGN_UP.make(pool) is None
        assert list(inspect.signature(pool.sign_up).parameters) == ["email"]
        assert logged() == []


class TestMails:
    @each_mail
    def test_a_sent_code_is_not_logged(
        self, pool: UserPool, stub: Stubber, call: Call, logged: LogLines
    ) -> None:
        stub.add_response(call.operation, call.answer)

        call.make(pool)

        assert logged() == []

    @each_mail
    @pytest.mark.parametrize("code", HIDDEN)
    def test_an_unsent_code_is_only_logged_with_cognitos_error_code(
        self, pool: UserPool, stub: Stubber, call: Call, code: str, logged: LogLines
    ) -> None:
        assert refused(pool, stub, call, code, f"{EMAIL} has had enough mails") is None

        (line,) = logged()
        assert (line["level"], line["message"], line["reason"]) == ("WARNING", "no code sent", code)
        assert "exception" not in line
        assert not [text for text in (EMAIL, "enough") if text in json.dumps(line)]

    @each_mail
    def test_of_the_documented_codes_only_too_many_requests_reaches_the_caller(
        self, pool: UserPool, stub: Stubber, call: Call
    ) -> None:
        documented = sorted(known_codes(call.operation))

        raising_codes = [
            code
            for code in documented
            if isinstance(refused(pool, stub, call, code), TooManyAttempts)
        ]

        assert raising_codes == ["TooManyRequestsException"]

    @pytest.mark.parametrize(
        "call",
        [REFRESH, REVOKE],
        ids=lambda call: call.operation,
    )
    def test_a_limit_of_a_call_with_a_token_raises_too_many_attempts(
        self, pool: UserPool, stub: Stubber, call: Call, logged: LogLines
    ) -> None:
        raised = refused(pool, stub, call, "LimitExceededException")

        assert isinstance(raised, TooManyAttempts)
        assert logged() == []


@pytest.mark.parametrize(
    ("call", "code", "pointer"),
    [
        (RESET, "InvalidPasswordException", "/new_password"),
        (RESET, "PasswordHistoryPolicyViolationException", "/new_password"),
        (REVOKE, "InvalidParameterException", "/refresh_token"),
        (REVOKE, "UnsupportedTokenTypeException", "/refresh_token"),
    ],
    ids=lambda each: each.operation if isinstance(each, Call) else None,
)
def test_a_value_refused_by_the_pool_has_its_pointer(
    pool: UserPool, stub: Stubber, call: Call, code: str, pointer: str
) -> None:
    raised = refused(pool, stub, call, code)

    assert isinstance(raised, InvalidInput)
    (fault,) = raised.violations
    assert (fault.where, fault.pointer) == ("body", pointer)


class TestLogin:
    def test_a_login_with_the_right_password_returns_tokens(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        stub.add_response("initiate_auth", LOG_IN.answer)

        assert pool.log_in(EMAIL, PASSWORD, None) == TOKENS

    def test_a_login_ignores_an_mfa_code_that_is_not_required(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        stub.add_response("initiate_auth", LOG_IN.answer)

        assert pool.log_in(EMAIL, PASSWORD, CODE) == TOKENS

    def test_a_login_with_a_temporary_password_raises_password_reset_required(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        stub.add_response("initiate_auth", {"ChallengeName": "NEW_PASSWORD_REQUIRED"})

        with pytest.raises(PasswordResetRequired):
            pool.log_in(EMAIL, PASSWORD, None)

    @pytest.mark.parametrize("challenge", ["SMS_MFA", "MFA_SETUP", "DEVICE_SRP_AUTH"])
    def test_an_unsupported_challenge_raises_login_unsupported_and_is_logged(
        self, pool: UserPool, stub: Stubber, challenge: str, logged: LogLines
    ) -> None:
        stub.add_response("initiate_auth", {"ChallengeName": challenge})

        with pytest.raises(LoginUnsupported):
            pool.log_in(EMAIL, PASSWORD, CODE)

        (line,) = logged()
        assert (line["message"], line["challenge"]) == ("login unsupported", challenge)


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def _mfa_challenge(self, stub: Stubber) -> None:
        """Cognito answers the login of an account with an authenticator app with a challenge."""
        challenge = {
            "ChallengeName": "SOFTWARE_TOKEN_MFA",
            "Session": "a-session-of-twenty-characters",
            "ChallengeParameters": {"USER_ID_FOR_SRP": CUSTOMER},
        }
        stub.add_response("initiate_auth", challenge, LOG_IN.sends)

    def test_a_login_without_the_mfa_code_raises_mfa_required(self, pool: UserPool) -> None:
        with pytest.raises(MfaRequired):
            pool.log_in(EMAIL, PASSWORD, None)

    def test_a_login_with_the_right_mfa_code_returns_tokens(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        sends = {
            "ClientId": CLIENT,
            "ChallengeName": "SOFTWARE_TOKEN_MFA",
            "Session": "a-session-of-twenty-characters",
            "ChallengeResponses": {
                "USERNAME": CUSTOMER,
                "SECRET_HASH": PROOF_OF_ID,
                "SOFTWARE_TOKEN_MFA_CODE": CODE,
            },
        }
        stub.add_response("respond_to_auth_challenge", LOG_IN.answer, sends)

        assert pool.log_in(EMAIL, PASSWORD, CODE) == TOKENS

    @pytest.mark.parametrize(
        ("code", "meaning"),
        [
            ("CodeMismatchException", InvalidMfaCode),
            ("ExpiredCodeException", InvalidMfaCode),  # used once before
            ("NotAuthorizedException", InvalidCredentials),
            ("UserNotFoundException", InvalidCredentials),
            ("PasswordResetRequiredException", InvalidCredentials),
            ("UserNotConfirmedException", InvalidCredentials),
            ("TooManyRequestsException", TooManyAttempts),
            ("InternalErrorException", IdentityUnavailable),
            ("SoftwareTokenMFANotFoundException", LoginUnsupported),
            ("SomethingNewException", ClientError),
        ],
    )
    def test_a_refused_mfa_code_raises_its_error(
        self, pool: UserPool, stub: Stubber, code: str, meaning: type[Exception]
    ) -> None:
        stub.add_client_error("respond_to_auth_challenge", code)

        with pytest.raises(meaning):
            pool.log_in(EMAIL, PASSWORD, CODE)


class TestRefresh:
    def test_a_refresh_returns_the_rotated_refresh_token(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        answer = {"AuthenticationResult": ISSUED | {"RefreshToken": "rotated"}}
        stub.add_response(REFRESH.operation, answer)

        assert pool.refresh("refresh").refresh == "rotated"

    def test_a_refresh_without_rotation_returns_the_refresh_token_sent(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        unrotated = {name: value for name, value in ISSUED.items() if name != "RefreshToken"}
        stub.add_response(REFRESH.operation, {"AuthenticationResult": unrotated})

        assert pool.refresh("refresh") == TOKENS


@each_call
@pytest.mark.parametrize(
    "message",
    [
        "Unable to verify secret hash for client 1example23456789",
        "Client 1example23456789 is configured with secret but SECRET_HASH was not received",
        "Client 1example23456789 is configured for secret but secret was not received",
    ],
)
def test_a_refused_client_secret_raises_app_client_refused(
    pool: UserPool, stub: Stubber, call: Call, message: str
) -> None:
    raised = refused(pool, stub, call, "NotAuthorizedException", message)

    assert isinstance(raised, AppClientRefusedError)


@pytest.mark.parametrize("code", ["NotAuthorizedException", "UnauthorizedException"])
def test_a_refresh_token_that_was_not_revoked_is_logged(
    pool: UserPool, stub: Stubber, logged: LogLines, code: str
) -> None:
    assert refused(pool, stub, REVOKE, code) is None

    (line,) = logged()
    assert (line["level"], line["message"]) == ("WARNING", "not revoked")


class TestCachedUserPool:
    @pytest.fixture(autouse=True)
    def _empty_cache(self) -> Iterator[None]:
        """The result is cached for the process; each test starts without it."""
        user_pool.cache_clear()
        yield
        user_pool.cache_clear()

    def test_the_user_pool_uses_the_app_client_of_the_environment(
        self, stub: Stubber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("USER_POOL_CLIENT_ID", "another-client")
        monkeypatch.setenv("USER_POOL_CLIENT_SECRET_ARN", "another arn")
        monkeypatch.setattr(
            secret, "current", {"another arn": "anothersecretofanotherclient"}.__getitem__
        )
        sent = {
            "ClientId": "another-client",
            "ClientSecret": "anothersecretofanotherclient",
            "Token": "refresh",
        }
        stub.add_response("revoke_token", {}, sent)

        user_pool().revoke("refresh")

        assert user_pool() is user_pool()

    @pytest.mark.parametrize("setting", ["USER_POOL_CLIENT_ID", "USER_POOL_CLIENT_SECRET_ARN"])
    def test_a_missing_app_client_setting_stops_the_cold_start(
        self, monkeypatch: pytest.MonkeyPatch, setting: str
    ) -> None:
        monkeypatch.delenv(setting)

        with pytest.raises(MissingSettingError, match=setting):
            user_pool()

"""Logins with a password and a second factor."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.builders import CUSTOMER
from tests.unit.conftest import LogLines
from tests.unit.identity.cognito.user_pool.calls import (
    CLIENT,
    CODE,
    EMAIL,
    LOG_IN,
    PASSWORD,
    PROOF_OF_ID,
    TOKENS,
    refused,
)

from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.errors import (
    IdentityUnavailable,
    InvalidCredentials,
    InvalidMfaCode,
    LoginUnsupported,
    MfaRequired,
    PasswordResetRequired,
    TooManyAttempts,
)


def test_an_account_locked_by_cognito_has_invalid_credentials(
    pool: UserPool, stub: Stubber
) -> None:
    # Cognito locks only existing accounts, so a 429 would reveal that there is one.
    raised = refused(pool, stub, LOG_IN, "NotAuthorizedException", "Password attempts exceeded")

    assert isinstance(raised, InvalidCredentials)


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

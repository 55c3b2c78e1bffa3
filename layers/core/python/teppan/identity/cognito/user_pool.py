"""Accounts and sessions, through Cognito's calls as the app client (`architecture.md §6`)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from teppan.identity.cognito.app_client import AppClient
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.refusals import (
    NOT_RESETTABLE,
    NOT_REVOCABLE,
    NOTHING_TO_SEND,
    WRONG_CODE,
    WRONG_CREDENTIALS,
    WRONG_MFA_CODE,
    WRONG_REFRESH_TOKEN,
    NothingToDoError,
    refusals,
)
from teppan.identity.cognito.unknown_password import unknown_password
from teppan.identity.errors import LoginUnsupported, MfaRequired, PasswordResetRequired
from teppan.identity.tokens import Tokens
from teppan.identity.unsent import log_unsent
from teppan.observability.log import error_fields, logger


class UserPool:
    """The pool, called as its app client; e-mail addresses are in lower case.

    Every method may raise `TooManyAttempts`, `StorageUnavailable` (the client's secret cannot be
    read) and `IdentityUnavailable`. After the last one the call may have taken effect.
    """

    def __init__(self, cognito: BaseClient, app_client: AppClient) -> None:
        """Call Cognito as `app_client`."""
        self._client = cognito
        self._app = app_client

    def sign_up(self, email: str) -> None:
        """Create an unconfirmed account with a random password, and send a confirmation code.

        Raises `AccountExistsError`. An address that cannot receive mail is logged only.
        """
        with _sending():
            self._client.sign_up(
                **self._about(email),
                Password=unknown_password(),
                UserAttributes=[{"Name": "email", "Value": email}],
            )

    def confirm(self, email: str, code: str) -> None:
        """Confirm an account; raises `InvalidCode`, also if it is already confirmed."""
        with refusals(WRONG_CODE):
            self._client.confirm_sign_up(**self._about(email), ConfirmationCode=code)

    def send_confirmation_code(self, email: str) -> None:
        """Send another code if the account awaits one; otherwise only log."""
        with _sending():
            self._client.resend_confirmation_code(**self._about(email))

    def send_reset_code(self, email: str) -> None:
        """Send a code to reset the password if the account exists; otherwise only log."""
        with _sending():
            self._client.forgot_password(**self._about(email))

    def reset_password(self, email: str, code: str, password: str) -> None:
        """Set a new password; raises `InvalidCode`, and `InvalidInput` for a refused password."""
        with refusals(NOT_RESETTABLE):
            self._client.confirm_forgot_password(
                **self._about(email), ConfirmationCode=code, Password=password
            )

    def log_in(self, email: str, password: str, mfa_code: str | None) -> Tokens:
        """Start a session.

        Raises `InvalidCredentials`, also for an account that Cognito has locked for a time. With
        the right password it may raise `PasswordResetRequired`, `MfaRequired`, `InvalidMfaCode` or
        `LoginUnsupported`.
        """
        with refusals(WRONG_CREDENTIALS):
            answer = self._client.initiate_auth(
                ClientId=self._app.id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={
                    "USERNAME": email,
                    "PASSWORD": password,
                    "SECRET_HASH": self._app.secret_hash(email),
                },
            )
        if answer.get("ChallengeName") == "SOFTWARE_TOKEN_MFA":
            if mfa_code is None:
                raise MfaRequired
            answer = self._prove_second_factor(answer, mfa_code)
        return _tokens_of_login(answer)

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens of a session; raises `InvalidRefreshToken`."""
        with refusals(WRONG_REFRESH_TOKEN):
            answer = self._client.get_tokens_from_refresh_token(
                ClientId=self._app.id, ClientSecret=self._app.secret, RefreshToken=refresh_token
            )
        return _tokens({"RefreshToken": refresh_token} | answer["AuthenticationResult"])

    def revoke(self, refresh_token: str) -> None:
        """Revoke a refresh token and the tokens issued with it; raises `InvalidInput`.

        A token that is revoked, expired or of another client is logged and is no error, as RFC 7009
        §2.2 requires.
        """
        try:
            with refusals(NOT_REVOCABLE):
                self._client.revoke_token(
                    ClientId=self._app.id, ClientSecret=self._app.secret, Token=refresh_token
                )
        except NothingToDoError as error:
            logger.warning("not revoked", **error_fields(error))

    def _about(self, email: str) -> dict[str, str]:
        """Return the parameters that all calls about one account share."""
        return {
            "ClientId": self._app.id,
            "SecretHash": self._app.secret_hash(email),
            "Username": email,
        }

    def _prove_second_factor(self, challenge: Mapping[str, Any], mfa_code: str) -> dict[str, Any]:
        username = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"]
        with refusals(WRONG_MFA_CODE):
            answer: dict[str, Any] = self._client.respond_to_auth_challenge(
                ClientId=self._app.id,
                ChallengeName=challenge["ChallengeName"],
                Session=challenge["Session"],
                ChallengeResponses={
                    "USERNAME": username,
                    "SECRET_HASH": self._app.secret_hash(username),
                    "SOFTWARE_TOKEN_MFA_CODE": mfa_code,
                },
            )
        return answer


@cache
def user_pool() -> UserPool:
    """Return the pool of the environment's app client, one a process."""
    return UserPool(cognito(), AppClient.connect())


@contextmanager
def _sending() -> Iterator[None]:
    """Log, instead of raising, that there is no code to send or that it cannot be sent."""
    try:
        with refusals(NOTHING_TO_SEND):
            yield
    except NothingToDoError as error:
        refusal = error.__cause__
        reason = refusal.response["Error"]["Code"] if isinstance(refusal, ClientError) else None
        log_unsent(reason)


def _tokens_of_login(answer: Mapping[str, Any]) -> Tokens:
    """Return the tokens in the answer to a login; raises for a challenge that is left."""
    match answer.get("ChallengeName"):
        case None:
            return _tokens(answer["AuthenticationResult"])
        case "NEW_PASSWORD_REQUIRED":
            raise PasswordResetRequired
        case challenge:
            logger.warning("login unsupported", challenge=challenge)
            raise LoginUnsupported


def _tokens(result: Mapping[str, Any]) -> Tokens:
    return Tokens(
        access=result["AccessToken"],
        id=result["IdToken"],
        refresh=result["RefreshToken"],
        expires_in=result["ExpiresIn"],
    )

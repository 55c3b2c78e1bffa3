"""Accounts and sessions, by Cognito's calls that anybody may make (`architecture.md §6`)."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from teppan.identity.account import Account, account_of
from teppan.identity.cognito import cognito
from teppan.identity.errors import MfaRequired, PasswordResetRequired
from teppan.identity.refusals import (
    ENDED,
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
from teppan.identity.tokens import Tokens
from teppan.observability.log import logger
from teppan.settings import required


class UserPool:
    """The pool, through its one client; addresses are lower-case.

    Every method may raise `TooManyAttempts` and `IdentityUnavailable`; after the latter the call
    may have taken place.
    """

    def __init__(self, cognito: BaseClient, client_id: str) -> None:
        """Use the app client `client_id` of a pool."""
        self._client = cognito
        self._client_id = client_id

    def sign_up(self, email: str) -> None:
        """Make an unconfirmed account that nobody knows the password of, and have a code sent.

        Raises `AccountExistsError`; tells nothing of an address that can get no mail.
        """
        with _sending():
            self._client.sign_up(
                ClientId=self._client_id,
                Username=email,
                Password=secrets.token_urlsafe(48),
                UserAttributes=[{"Name": "email", "Value": email}],
            )

    def confirm(self, email: str, code: str) -> None:
        """Confirm an account; raises `InvalidCode`, also when it is confirmed."""
        with refusals(WRONG_CODE):
            self._client.confirm_sign_up(
                ClientId=self._client_id, Username=email, ConfirmationCode=code
            )

    def send_confirmation_code(self, email: str) -> None:
        """Send another code if the account wants one; tell nothing if it does not."""
        with _sending():
            self._client.resend_confirmation_code(ClientId=self._client_id, Username=email)

    def send_reset_code(self, email: str) -> None:
        """Send a code to reset the password if there is such an account; tell nothing if not."""
        with _sending():
            self._client.forgot_password(ClientId=self._client_id, Username=email)

    def reset_password(self, email: str, code: str, password: str) -> None:
        """Set a new password; raises `InvalidCode`, and `InvalidInput` for one it does not take."""
        with refusals(NOT_RESETTABLE):
            self._client.confirm_forgot_password(
                ClientId=self._client_id, Username=email, ConfirmationCode=code, Password=password
            )

    def log_in(self, email: str, password: str, mfa_code: str | None) -> Tokens:
        """Start a session.

        Raises `InvalidCredentials`, `UnconfirmedError`, `PasswordResetRequired`, `MfaRequired` and
        `InvalidMfaCode`.
        """
        with refusals(WRONG_CREDENTIALS):
            answer = self._client.initiate_auth(
                ClientId=self._client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        match answer.get("ChallengeName"):
            case None:
                return _tokens(answer["AuthenticationResult"])
            case "SOFTWARE_TOKEN_MFA" if mfa_code is None:
                raise MfaRequired
            case "SOFTWARE_TOKEN_MFA":
                return self._prove_second_factor(answer, str(mfa_code))
            case "NEW_PASSWORD_REQUIRED":
                raise PasswordResetRequired
            case challenge:
                raise LookupError(f"the pool asks for {challenge}")

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens of a session; raises `InvalidRefreshToken`."""
        with refusals(WRONG_REFRESH_TOKEN):
            answer = self._client.get_tokens_from_refresh_token(
                ClientId=self._client_id, RefreshToken=refresh_token
            )
        return _tokens({"RefreshToken": refresh_token} | answer["AuthenticationResult"])

    def revoke(self, refresh_token: str) -> None:
        """Revoke a refresh token and what was issued with it; raises `InvalidInput`."""
        with refusals(NOT_REVOCABLE):
            self._client.revoke_token(ClientId=self._client_id, Token=refresh_token)

    def account(self, access_token: str) -> Account:
        """Return the account that an access token belongs to; raises `Unauthorized`."""
        with refusals(ENDED):
            return account_of(self._client.get_user(AccessToken=access_token))

    def _prove_second_factor(self, challenge: Mapping[str, Any], mfa_code: str) -> Tokens:
        with refusals(WRONG_MFA_CODE):
            answer = self._client.respond_to_auth_challenge(
                ClientId=self._client_id,
                ChallengeName=challenge["ChallengeName"],
                Session=challenge["Session"],
                ChallengeResponses={
                    "USERNAME": challenge["ChallengeParameters"]["USER_ID_FOR_SRP"],
                    "SOFTWARE_TOKEN_MFA_CODE": mfa_code,
                },
            )
        return _tokens(answer["AuthenticationResult"])


@cache
def user_pool() -> UserPool:
    """Return the pool whose client `USER_POOL_CLIENT_ID` names, one a process."""
    return UserPool(cognito(), required("USER_POOL_CLIENT_ID"))


@contextmanager
def _sending() -> Iterator[None]:
    """Let nobody but the log know that there was nothing to send, or no way to."""
    try:
        with refusals(NOTHING_TO_SEND):
            yield
    except NothingToDoError as nothing:
        refusal = nothing.__cause__
        reason = refusal.response["Error"]["Code"] if isinstance(refusal, ClientError) else None
        logger.warning("no code sent", reason=reason)


def _tokens(result: Mapping[str, Any]) -> Tokens:
    return Tokens(
        access=result["AccessToken"],
        id=result["IdToken"],
        refresh=result["RefreshToken"],
        expires_in=result["ExpiresIn"],
    )

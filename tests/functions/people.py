"""People with accounts in every state, set up in the emulator without our functions."""

import base64
import hmac
import re
import struct
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import urllib3
from tests.functions.cognito import emulated
from tests.functions.secrets_manager import keep_pseudonym_secret

from teppan.identity.pseudonym import pseudonym


@dataclass(frozen=True)
class Person:
    """A person with a unique e-mail address and a password."""

    email: str = field(default_factory=lambda: f"{uuid.uuid4()}@example.com")
    password: str = "four and twenty gyoza"

    @property
    def credentials(self) -> dict[str, Any]:
        """The body that registers or logs in."""
        return {"email": self.email, "password": self.password}


@dataclass(frozen=True)
class Tokens:
    """The tokens of a session."""

    access: str
    refresh: str


def registered(**known: str) -> Person:
    """Return a person whose account is not confirmed."""
    person = Person(**known)
    _sign_up(person, "known to nobody at all")
    return person


def confirmed(**known: str) -> Person:
    """Return a person with a confirmed account."""
    person = Person(**known)
    _sign_up(person, person.password)
    emulated().client.admin_confirm_sign_up(UserPoolId=emulated().pool_id, Username=person.email)
    emulated().client.admin_update_user_attributes(
        UserPoolId=emulated().pool_id,
        Username=person.email,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )
    return person


def forgetful(**known: str) -> Person:
    """Return a confirmed person with a code that resets the password."""
    person = confirmed(**known)
    emulated().client.forgot_password(**emulated().about(person.email))
    return person


def must_reset() -> Person:
    """Return a person whose password staff have reset."""
    person = confirmed()
    emulated().client.admin_reset_user_password(
        UserPoolId=emulated().pool_id, Username=person.email
    )
    return person


def disabled() -> Person:
    """Return a person whose account staff have disabled."""
    person = confirmed()
    disable(person)
    return person


def disable(person: Person) -> None:
    """Disable an account, as staff do."""
    emulated().client.admin_disable_user(UserPoolId=emulated().pool_id, Username=person.email)


def invited() -> Person:
    """Return a person whom staff have invited with a temporary password."""
    person = Person()
    emulated().client.admin_create_user(
        UserPoolId=emulated().pool_id,
        Username=person.email,
        TemporaryPassword=person.password,
        MessageAction="SUPPRESS",
    )
    return person


def with_second_factor() -> tuple[Person, "Authenticator"]:
    """Return a person with an authenticator app, and the app."""
    person = confirmed()
    token = self_service_token(person)
    app = Authenticator(emulated().client.associate_software_token(AccessToken=token)["SecretCode"])
    emulated().client.verify_software_token(AccessToken=token, UserCode=app.code())
    return person, app


def session_of(person: Person) -> Tokens:
    """Log `person` in by a direct call of Cognito, with our app client."""
    about = emulated().about(person.email)
    answer = emulated().client.initiate_auth(
        ClientId=about["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={
            "USERNAME": person.email,
            "PASSWORD": person.password,
            "SECRET_HASH": about["SecretHash"],
        },
    )["AuthenticationResult"]
    return Tokens(answer["AccessToken"], answer["RefreshToken"])


def self_service_token(person: Person) -> str:
    """Return a token with Cognito's own scope: the emulated pool has no trigger that removes it."""
    return session_of(person).access


def can_log_in(email: str, password: str) -> bool:
    """Return whether Cognito accepts the address and password."""
    refused = emulated().client.exceptions
    try:
        session_of(Person(email, password))
    except (refused.NotAuthorizedException, refused.UserNotConfirmedException):
        return False
    return True


def can_refresh(refresh_token: str) -> bool:
    """Return whether Cognito accepts the refresh token."""
    try:
        emulated().client.get_tokens_from_refresh_token(
            ClientId=emulated().client_id,
            ClientSecret=emulated().client_secret,
            RefreshToken=refresh_token,
        )
    except emulated().client.exceptions.NotAuthorizedException:
        return False
    return True


def account_of(email: str) -> dict[str, Any] | None:
    """Return the account from Cognito, or None."""
    try:
        found: dict[str, Any] = emulated().client.admin_get_user(
            UserPoolId=emulated().pool_id, Username=email
        )
    except emulated().client.exceptions.UserNotFoundException:
        return None
    return found


def status_of(person: Person) -> str:
    """Return the status of an account at Cognito, or "none" without an account."""
    account = account_of(person.email)
    return account["UserStatus"] if account else "none"


def id_of(person: Person) -> str:
    """Return the id of an account, Cognito's `sub`."""
    found = account_of(person.email)
    assert found
    (sub,) = (each["Value"] for each in found["UserAttributes"] if each["Name"] == "sub")
    return str(sub)


def pseudonym_of(person: Person) -> str:
    """Return the pseudonym of a person in our table."""
    keep_pseudonym_secret()
    return pseudonym(person.email)


def codes_sent_to(person: Person) -> list[str]:
    """Return the codes in the mails to a person, oldest first."""
    kept = urllib3.request("GET", f"{emulated().client.meta.endpoint_url}/_ministack/ses/messages")
    mails = [mail for sent in kept.json()["messages"].values() for mail in sent]
    texts = [
        f"{mail['BodyText']}{mail['BodyHtml']}" for mail in mails if person.email in mail["To"]
    ]
    return [code for text in texts for code in re.findall(r"\b\d{6}\b", text)]


@dataclass(frozen=True)
class Authenticator:
    """An authenticator app (RFC 6238)."""

    secret: str

    def code(self) -> str:
        """Return the code of this half minute."""
        counter = struct.pack(">Q", int(time.time()) // 30)
        digest = hmac.digest(base64.b32decode(self.secret), counter, "sha1")
        (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
        return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def _sign_up(person: Person, password: str) -> None:
    emulated().client.sign_up(
        **emulated().about(person.email),
        Password=password,
        UserAttributes=[{"Name": "email", "Value": person.email}],
    )

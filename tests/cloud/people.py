"""Callers of the API: one with a token, and a person with an account and a mailbox."""

import base64
import hashlib
import hmac
import struct
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from local.api import Answer, Api
from local.demo.mails import newest_code
from local.description import Description
from operations.accounts import Accounts
from operations.second_factor import set_up
from tests.builders import booking_body


@dataclass(frozen=True)
class Customer:
    """A caller of the API with a token."""

    api: Api
    token: str = field(repr=False)

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        named_headers = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.api.request(
            method, f"/api/v1{path}", token=self.token, body=body, headers=named_headers
        )

    def book(self, key: str | None = None, **booking_request: Any) -> Answer:
        return self(
            "POST",
            "/bookings",
            booking_body(**booking_request),
            Idempotency_Key=key or str(uuid.uuid4()),
        )


@dataclass(frozen=True)
class Party:
    """A booking and its customer's requests about its payments."""

    owner: Customer
    id: str

    def open(self, payment_type: str = "deposit") -> dict[str, Any]:
        """Create and return a payment intent."""
        body = {"booking_id": self.id, "payment_type": payment_type}
        key = str(uuid.uuid4())
        answer = self.owner("POST", "/payments/create-payment-intent", body, Idempotency_Key=key)
        assert answer.status == 201, answer.body
        intent: dict[str, Any] = answer.json()
        return intent

    def confirm(self, intent: dict[str, Any]) -> dict[str, Any]:
        """Confirm a payment, as the shop's page does after the return from Stripe."""
        body = {"payment_intent_id": intent["payment_intent_id"]}
        answer = self.owner("POST", "/payments/confirm-payment", body)
        assert answer.status == 200, answer.body
        confirmed: dict[str, Any] = answer.json()
        return confirmed

    def payments(self) -> dict[str, Any]:
        """Return balance, payments and ledger."""
        answer = self.owner("GET", f"/bookings/{self.id}/payments")
        assert answer.status == 200, answer.body
        payments: dict[str, Any] = answer.json()
        return payments

    def cancel(self) -> dict[str, Any]:
        answer = self.owner("DELETE", f"/bookings/{self.id}")
        assert answer.status == 200, answer.body
        cancelled: dict[str, Any] = answer.json()
        return cancelled

    def audit(self) -> list[dict[str, Any]]:
        """Return the booking's audit events."""
        events: list[dict[str, Any]] = self.owner("GET", f"/bookings/{self.id}/events").json()[
            "items"
        ]
        return events


@dataclass(frozen=True)
class Person:
    """A person with an address, a mailbox and a password, with or without an account."""

    cloud: Description
    email: str = field(default_factory=lambda: f"person-{uuid.uuid4()}@teppan.example")
    password: str = field(default_factory=lambda: f"passphrase {uuid.uuid4()}", repr=False)
    network: str = "203.0.113.24"

    def post(self, path: str, token: str | None = None, **fields: Any) -> Answer:
        """Call an operation under /auth.

        The emulator's gateway reads the source address from this header, AWS's from the connection.
        """
        return Api(self.cloud.api_url).request(
            "POST",
            f"/api/v1/auth{path}",
            token=token,
            body=fields,
            headers={"X-Forwarded-For": self.network},
        )

    def register(self) -> Answer:
        return self.post("/register", email=self.email, password=self.password)

    def confirm(self) -> Answer:
        return self.post(
            "/register/confirm", email=self.email, code=self.newest_code, password=self.password
        )

    def refresh(self, tokens: dict[str, Any]) -> Answer:
        return self.post("/refresh", refresh_token=tokens["refresh_token"])

    def log_out(self, tokens: dict[str, Any]) -> Answer:
        return self.post("/logout", tokens["access_token"], refresh_token=tokens["refresh_token"])

    def reset_password(self, new_password: str) -> Answer:
        """Request a code and set a new password with it."""
        assert self.post("/reset-password", email=self.email).status == 202
        return self.post(
            "/reset-password/confirm",
            email=self.email,
            code=self.newest_code,
            new_password=new_password,
        )

    def log_in(self, password: str | None = None, **extra_fields: str) -> Answer:
        return self.post(
            "/login", email=self.email, password=password or self.password, **extra_fields
        )

    def tokens(self, **extra_fields: str) -> dict[str, Any]:
        """Log in and return the API's answer."""
        answer = self.log_in(**extra_fields)
        assert answer.status == 200, answer.body
        tokens: dict[str, Any] = answer.json()
        return tokens

    @property
    def newest_code(self) -> str:
        """The code in the person's newest mail."""
        return newest_code(self.cloud, self.email)


def enrol(accounts: Accounts, person: Person) -> str:
    """Set up an authenticator app with `make second-factor`; return its secret."""
    keys: list[str] = []

    def code(key: str) -> str:
        keys.append(key)
        return totp(key)

    set_up(accounts, person.email, person.password, code)
    return keys[0]


def totp(secret: str) -> str:
    """Return the code that an authenticator app shows now (RFC 6238)."""
    mac = hmac.digest(
        base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1
    )
    number = int.from_bytes(mac[mac[-1] & 15 :][:4]) & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def problem_of(answer: Answer) -> tuple[int, str | None]:
    """Return the status, and the code if the answer is an error."""
    return answer.status, answer.json()["code"] if answer.status >= 400 and answer.body else None


def comparable(answer: Answer) -> tuple[int, Any]:
    """Return an answer's status and body without the fields that identify the request."""
    body = answer.json() if answer.body else None
    if isinstance(body, dict):
        body = {name: body[name] for name in body.keys() - {"request_id", "instance"}}
    return answer.status, body

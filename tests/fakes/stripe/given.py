"""Test helpers: a clock, a caller of the API, and payments in every state."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from local.fakes.stripe.fake import FakeStripe, Reply
from local.fakes.stripe.objects import Json

NOW: Final = 1_794_000_000  # 2026-11-06
VISA: Final = "4242424242424242"
DECLINED: Final = "4000000000000002"
AUTHENTICATED: Final = "4000002760003184"
DISPUTED: Final = "4000000000000259"
INQUIRED: Final = "4000000000001976"
REFUND_FAILS: Final = "4000000000005126"
REFUND_PENDS: Final = "4000000000007726"
BANK: Final = "000123456789"

CARD_ONLY: Final = {"payment_method_types[]": "card"}
PARTY: Final = {"amount": "10000", "currency": "usd"}


class Clock:
    """A clock that moves only by `advance`."""

    def __init__(self) -> None:
        self.at: float = NOW

    def __call__(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


class Caller:
    """Calls the fake's API in this process."""

    def __init__(self, fake: FakeStripe, key: str = "sk_test_fake") -> None:
        self._fake = fake
        self._key = key

    def send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        form = urlencode(parameters or {}, doseq=True)
        target = path if method == "POST" or not form else f"{path}?{form}"
        return self._fake.handle(
            method,
            target,
            {
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            | dict(headers or {}),
            form.encode() if method == "POST" else b"",
        )

    def get(self, path: str, **parameters: Any) -> Json:
        return _succeeded(self.send("GET", path, parameters))

    def post(self, path: str, parameters: Mapping[str, Any] | None = None, key: str = "") -> Json:
        headers = {"Idempotency-Key": key} if key else {}
        return _succeeded(self.send("POST", path, parameters, headers))

    def delete(self, path: str) -> Json:
        return _succeeded(self.send("DELETE", path))

    def refused(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        status: int = 400,
    ) -> Json:
        """Return the `error` of a request that must be refused with a status."""
        reply = self.send(method, path, parameters)
        assert reply.status == status, reply.body
        error: Json = reply.json()["error"]
        return error


def _succeeded(reply: Reply) -> Json:
    assert reply.status == 200, reply.body
    answer: Json = reply.json()
    return answer


def intent(stripe: Caller, parameters: Mapping[str, Any] | None = None) -> str:
    """Return the id of a new, unpaid payment intent."""
    identifier: str = stripe.post("/v1/payment_intents", PARTY | dict(parameters or {}))["id"]
    return identifier


def paid(fake: FakeStripe, card: str = VISA, parameters: Mapping[str, Any] | None = None) -> str:
    """Return the id of a payment intent that a customer has paid with a card."""
    identifier = intent(Caller(fake), parameters)
    fake.pay(identifier, card)
    return identifier


def types_of(fake: FakeStripe) -> list[str]:
    """Return the types of all events, oldest first."""
    return [event["type"] for event in reversed(fake.all_objects("events"))]

"""The fake Stripe in this process: Stripe's own client calls it without a socket."""

import base64
import json
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import stripe
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.faults import NoAnswer
from stripe import StripeClient
from tests.contract.documents import SUBSCRIPTION

from teppan import clock
from teppan_payments.client import API_VERSION, Stripe
from teppan_payments.stripe_provider import StripeProvider

API_KEY: Final = "sk_test_fake"
WEBHOOK_SECRET: Final = "whsec_a_dozen_scallops"
WEBHOOK_URL: Final = "https://webhook.invalid/"

_LOST: Final[Any] = stripe.APIConnectionError


class FakeStripeClient(stripe.HTTPClient):
    """An HTTP client for Stripe's library that calls the fake; its retries do not wait."""

    name = "in-process"

    def __init__(self, fake: FakeStripe) -> None:
        super().__init__()
        self._fake = fake

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """Pass the request to the fake. Raises a connection error if it does not answer."""
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        try:
            reply = self._fake.handle(method.upper(), target, headers or {}, body)
        except NoAnswer as error:
            raise _LOST(str(error), should_retry=True) from error
        return reply.body, reply.status, reply.headers

    def _sleep_time_seconds(self, *_: Any) -> float:
        return 0

    def close(self) -> None:
        """Close nothing: there is no connection."""


def gateway_to(fake: FakeStripe, key_arn: str) -> StripeProvider:
    """Return our payment provider, connected to `fake`."""
    client = StripeClient(
        "sk_unused",
        stripe_version=API_VERSION,
        base_addresses={"api": "https://stripe.invalid"},
        max_network_retries=1,
        http_client=FakeStripeClient(fake),
    )
    return StripeProvider(Stripe(client, key_arn))


def new_fake() -> FakeStripe:
    """Return an empty fake that uses the clock of the tests and sends the subscribed events."""
    fake = FakeStripe(clock=lambda: clock.utc_now().timestamp(), api_key=API_KEY)
    fake.outbox.subscribe(WEBHOOK_URL, _subscribed(), secret=WEBHOOK_SECRET)
    return fake


@cache
def _subscribed() -> tuple[str, ...]:
    return tuple(json.loads(SUBSCRIPTION.read_text(encoding="utf-8"))["enabled_events"])


def url_event(
    raw: bytes, signature: str | None, *, method: str = "POST", encoded: bool = False
) -> dict[str, Any]:
    """Return the event of a function URL for a request (payload format 2.0)."""
    signature_headers = {} if signature is None else {"stripe-signature": signature}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json; charset=utf-8", **signature_headers},
        "requestContext": {
            "http": {"method": method, "path": "/", "protocol": "HTTP/1.1"},
            "requestId": str(uuid.uuid4()),
        },
        "body": base64.b64encode(raw).decode() if encoded else raw.decode(),
        "isBase64Encoded": encoded,
    }


def create_foreign_intent(fake: FakeStripe, amount: int = 4_900, **metadata: str) -> str:
    """Create an intent in our Stripe account without our functions, and return its id."""
    parameters = {"amount": str(amount), "currency": "usd", "payment_method_types[]": "card"}
    metadata_parameters = {f"metadata[{name}]": value for name, value in metadata.items()}
    headers = {"Authorization": f"Bearer {API_KEY}"}
    reply = fake.handle(
        "POST", "/v1/payment_intents", headers, urlencode(parameters | metadata_parameters).encode()
    )
    return str(json.loads(reply.body)["id"])

"""Replies with Stripe's status, headers and JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.fakes.stripe.objects import Json
from local.fakes.stripe.version import API_VERSION

_CLIENT_FIELDS: Final = frozenset(
    {
        "id",
        "object",
        "amount",
        "amount_details",
        "automatic_payment_methods",
        "canceled_at",
        "cancellation_reason",
        "capture_method",
        "client_secret",
        "confirmation_method",
        "created",
        "currency",
        "description",
        "last_payment_error",
        "livemode",
        "next_action",
        "payment_method",
        "payment_method_configuration_details",
        "payment_method_types",
        "processing",
        "receipt_email",
        "setup_future_usage",
        "shipping",
        "status",
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response: status, headers, and the body's bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.body)


def encode(answer: Json) -> bytes:
    """Return an answer as the bytes of its JSON."""
    return json.dumps(answer, ensure_ascii=False).encode()


def error_body(error: Json, request_id: str, *, at: int) -> Json:
    """Return the body of an error response, with a link to the request in Stripe's log."""
    url = f"https://dashboard.stripe.com/test/logs/{request_id}?t={at}"
    return {"error": error | {"request_log_url": url}}


def client_view(answer: Json) -> Json:
    """Return the fields of an object that a browser may see; only payment intents hide some."""
    if answer["object"] != "payment_intent":
        return answer
    return {name: value for name, value in answer.items() if name in _CLIENT_FIELDS}


def build_reply(
    status: int,
    body: bytes,
    request_id: str,
    *,
    key: str | None = None,
    first_request_id: str | None = None,
) -> Reply:
    """Return the reply with Stripe's headers; `first_request_id` marks a replayed answer."""
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-cache, no-store",
        "Request-Id": request_id,
        "Stripe-Version": API_VERSION,
    }
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
    if key is not None:
        headers["Idempotency-Key"] = key
        headers["Original-Request"] = first_request_id or request_id
    if first_request_id is not None:
        headers["Idempotent-Replayed"] = "true"
    return Reply(status, headers, body)

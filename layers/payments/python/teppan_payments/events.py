"""Stripe's events that we subscribe to, and where each names its payment intent."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from teppan.domain.payment_event import PaymentEvent
from teppan.http.errors import MalformedJson

SENDER: Final = "stripe"
"""Who has changed a booking that an event has changed, in its audit trail."""

HANDLED: Final[Mapping[str, str]] = {
    "payment_intent.succeeded": "id",
    "payment_intent.payment_failed": "id",
    "payment_intent.canceled": "id",
    "payment_intent.processing": "id",
    "payment_intent.requires_action": "id",
    "charge.refunded": "payment_intent",
    "refund.created": "payment_intent",
    "refund.updated": "payment_intent",
    "refund.failed": "payment_intent",
    "charge.dispute.created": "payment_intent",
    "charge.dispute.updated": "payment_intent",
    "charge.dispute.closed": "payment_intent",
    "charge.dispute.funds_withdrawn": "payment_intent",
    "charge.dispute.funds_reinstated": "payment_intent",
}
"""The types we handle, and the field of their object that is the payment intent's id."""


def read_event(raw: bytes) -> PaymentEvent:
    """Return the event in a webhook's body; raises `MalformedJson`."""
    try:
        return event_of(json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise MalformedJson("The body is no event of Stripe's.") from error


def event_of(document: Mapping[str, Any]) -> PaymentEvent:
    """Return Stripe's event as ours; raises `ValueError` for a document that is none."""
    try:
        changed = document["data"]["object"]
        payment = changed.get(HANDLED.get(document["type"], ""))
        return PaymentEvent(
            id=_text(document["id"]),
            type=_text(document["type"]),
            created_at=datetime.fromtimestamp(document["created"], UTC),
            payment=None if payment is None else _text(payment),
            payload=json.dumps(_without_secret(document), separators=(",", ":")),
        )
    except (KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError("no event of Stripe's") from error


def _without_secret(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event without what lets a browser pay."""
    changed = {
        name: each for name, each in document["data"]["object"].items() if name != "client_secret"
    }
    return {**document, "data": {**document["data"], "object": changed}}


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("not a text")
    return value

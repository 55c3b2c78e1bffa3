"""Stripe's events: the types that we handle, and how an event is read."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from teppan.domain.alarm import Alarm
from teppan.domain.errors import MalformedJson
from teppan.domain.payments.errors import EventNotOurs
from teppan.domain.payments.event import PaymentEvent
from teppan.domain.webhook_event import MAX_ID_LENGTH
from teppan.observability.log import logger
from teppan.observability.metrics import emit_alarm_metric
from teppan_payments.client import check_payment_mode

SENDER: Final = "stripe"
"""The actor in the audit trail of a booking that an event has changed."""

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
"""The event types that we handle, with the field of their object that names the payment intent."""

_ID: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_ID_LENGTH}}}")

UNREADABLE: Final = "unreadable"
"""The fault of an event of a handled type whose object has not the documented form."""


def read_event(raw: bytes) -> PaymentEvent:
    """Return the event in a webhook's body; raises `MalformedJson` and `EventNotOurs`."""
    try:
        return event_of(json.loads(raw), len(raw))
    except (ValueError, RecursionError) as error:
        raise MalformedJson("The body is not a Stripe event.") from error


def event_of(document: Mapping[str, Any], size: int | None = None) -> PaymentEvent:
    """Return Stripe's event as ours; `size` is the size of the body as sent, in bytes.

    The object is read only for the types that we handle: other events, such as thin events, may
    have another form. Raises `ValueError` for a document that is not an event of Stripe, and
    `EventNotOurs` for an event of another mode or account.
    """
    try:
        event_id, event_type = _id(document["id"]), _type(document["type"])
        created_at = _instant(document["created"])
        is_foreign = document.get("account") is not None
        is_live = bool(document.get("livemode"))
    except (KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError("not a Stripe event") from error
    if is_foreign:
        logger.error("event of another account", event_id=event_id)
        emit_alarm_metric(Alarm.FOREIGN, 1)
    if is_foreign or not check_payment_mode(is_live=is_live):
        raise EventNotOurs
    payload = json.dumps(_without_secrets(document), separators=(",", ":"))
    payment, fault = None, None
    if event_type in HANDLED:
        try:
            payment = _payment_of(document, HANDLED[event_type])
        except (KeyError, TypeError, AttributeError):
            fault = UNREADABLE
    return PaymentEvent(
        id=event_id,
        type=event_type,
        created_at=created_at,
        payment=payment,
        payload=payload,
        size=len(payload) if size is None else size,
        fault=fault,
    )


def _payment_of(document: Mapping[str, Any], field: str) -> str | None:
    """Return the id of an event's payment intent, or None for a charge without one."""
    payment = document["data"]["object"].get(field)
    return None if payment is None else _id(payment)


def _instant(created: Any) -> datetime:
    """Return the time of an event: it is a number of seconds, or a text in a thin event."""
    if isinstance(created, str):
        return datetime.fromisoformat(created.removesuffix("Z")).replace(tzinfo=UTC)
    return datetime.fromtimestamp(created, UTC)


def _without_secrets(value: Any) -> Any:
    """Return an event, or a part of it, without client secrets, which let a browser pay."""
    if isinstance(value, dict):
        members = ((name, each) for name, each in value.items() if name != "client_secret")
        return {name: _without_secrets(each) for name, each in members}
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    return value


def _type(value: object) -> str:
    """Return a type, which is stored and listed; raises `TypeError` for any other value."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_LENGTH or not value.isprintable():
        raise TypeError("not an event type")
    return value


def _id(value: object) -> str:
    """Return an id, which becomes a key and is logged; raises `TypeError` for any other value."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise TypeError("not an id")
    return value

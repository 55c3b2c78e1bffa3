"""Stripe's events that we subscribe to, and where each names its payment intent."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from teppan.domain.alarm import Alarm
from teppan.domain.errors import MalformedJson
from teppan.domain.payments.errors import EventNotOurs
from teppan.domain.payments.event import PaymentEvent
from teppan.domain.webhook import MAX_ID_LENGTH
from teppan.observability.log import logger
from teppan.observability.metrics import emit_alarm_metric
from teppan_payments.client import fits_stage

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

_NAME: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_ID_LENGTH}}}")

UNREADABLE: Final = "unreadable"
"""The fault of an event of such a type whose object is not as Stripe's document has it."""


def read_event(raw: bytes) -> PaymentEvent:
    """Return the event in a webhook's body; raises `MalformedJson` and `EventNotOurs`."""
    try:
        return event_of(json.loads(raw), len(raw))
    except (ValueError, RecursionError) as error:
        raise MalformedJson("The body is no event of Stripe's.") from error


def event_of(document: Mapping[str, Any], size: int | None = None) -> PaymentEvent:
    """Return Stripe's event as ours; `size` is what was sent, in bytes.

    Only of the types that we handle the object is read: the others, such as thin ones, may have
    another shape or none. Raises `ValueError` for a document that is none of Stripe's events, and
    `EventNotOurs` for one of another mode or account.
    """
    try:
        event_id, kind = _name(document["id"]), _word(document["type"])
        created_at = _instant(document["created"])
        is_foreign = document.get("account") is not None
        is_live = bool(document.get("livemode"))
    except (KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise ValueError("no event of Stripe's") from error
    if is_foreign:
        logger.error("event of another account", event_id=event_id)
        emit_alarm_metric(Alarm.FOREIGN, 1)
    if is_foreign or not fits_stage(is_live=is_live):
        raise EventNotOurs
    payload = json.dumps(_without_secrets(document), separators=(",", ":"))
    payment, fault = None, None
    if kind in HANDLED:
        try:
            payment = _payment_of(document, HANDLED[kind])
        except (KeyError, TypeError, AttributeError):
            fault = UNREADABLE
    return PaymentEvent(
        id=event_id,
        type=kind,
        created_at=created_at,
        payment=payment,
        payload=payload,
        size=len(payload) if size is None else size,
        fault=fault,
    )


def _payment_of(document: Mapping[str, Any], field: str) -> str | None:
    """Return the payment intent that an event is about, None for a charge without one."""
    payment = document["data"]["object"].get(field)
    return None if payment is None else _name(payment)


def _instant(created: Any) -> datetime:
    """Return when an event was made: in seconds, or in thin ones as a text."""
    if isinstance(created, str):
        return datetime.fromisoformat(created.removesuffix("Z")).replace(tzinfo=UTC)
    return datetime.fromtimestamp(created, UTC)


def _without_secrets(value: Any) -> Any:
    """Return an event, or a part of it, without what lets a browser pay."""
    if isinstance(value, dict):
        kept = ((name, each) for name, each in value.items() if name != "client_secret")
        return {name: _without_secrets(each) for name, each in kept}
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    return value


def _word(value: object) -> str:
    """Return a type, which is kept and listed; raises `TypeError`."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_LENGTH or not value.isprintable():
        raise TypeError("not a word")
    return value


def _name(value: object) -> str:
    """Return an id, which becomes a key and a line in the log; raises `TypeError`."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise TypeError("not a name")
    return value

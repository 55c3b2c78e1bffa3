"""Events for the webhook: builds, signs and sends them."""

import json
from datetime import timedelta
from typing import Any, Final

from local.fakes.stripe.webhooks.signature import signature_header
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.handlers import Answer, Handlers
from tests.functions.stripe import WEBHOOK_SECRET

from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.table import Table

DEPOSIT: Final = 10_000
TIMESTAMP: Final = int(NOW.timestamp())
REFUSED: Final = (400, "invalid_signature")
MARK: Final = "Xanthippe"


def signed(raw: bytes, *secrets: str, at: int = TIMESTAMP) -> str:
    """Return Stripe's signature header, by our secret unless `secrets` are passed."""
    return signature_header(raw, secrets or (WEBHOOK_SECRET,), at)


def send(call: Handlers, document: Any) -> Answer:
    """Send a document with a valid signature."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return call.webhook(raw, signed(raw))


def every_five_minutes(call: Handlers, intent: str, now: Clock, times: int) -> list[int]:
    """Send an event of the intent `times` times, and return the statuses of the answers."""
    statuses = []
    for _ in range(times):
        now.set(now.at + timedelta(minutes=5))
        raw = json.dumps(about(intent)).encode()
        header = signed(raw, at=int(now.at.timestamp()))
        statuses.append(call.webhook(raw, header).status)
    return statuses


def inbox(table: Table, event_id: str) -> Item | None:
    """Return the inbox item of an event, or None."""
    return table.get(keys.webhook("stripe", event_id))


def about(intent: str, event_id: str = "evt_1", **changes: Any) -> dict[str, Any]:
    """Return an event of a paid intent."""
    return {
        "id": event_id,
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": TIMESTAMP,
        "livemode": False,
        "data": {"object": {"id": intent, "object": "payment_intent"}},
    } | changes


def raising(error: Exception) -> None:
    raise error

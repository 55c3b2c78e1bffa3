"""Webhook events as JSON: the state of each, without its payload."""

from typing import Any

from teppan.clock import to_rfc3339
from teppan.http.representations import present
from teppan.store.webhooks.listing import InboxEvent


def event(received: InboxEvent) -> dict[str, Any]:
    """Return a received event of the inbox."""
    handled_at = received.handled_at
    return present(
        event_id=received.id,
        source=received.source,
        type=received.type,
        status=received.state,
        error=received.error,
        attempts=received.deliveries,
        created_at=to_rfc3339(received.created_at),
        received_at=to_rfc3339(received.received_at),
        handled_at=to_rfc3339(handled_at) if handled_at else None,
        payment_intent_id=received.payment,
        size=received.size,
        raw_kept=received.raw_kept,
    )

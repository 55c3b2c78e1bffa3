"""Events: each change of an object makes one, with a copy of the object at that time."""

from datetime import UTC, datetime
from typing import Final

from local.fakes.stripe.account.account import DAY, Account
from local.fakes.stripe.account.views import current_view
from local.fakes.stripe.objects import Json, deep_copy
from local.fakes.stripe.version import API_VERSION

_KEPT_SECONDS: Final = 30 * DAY


def emit(account: Account, kind: str, changed: Json, previous: Json | None = None) -> None:
    """Record an event of that kind about `changed`, and queue it for the webhook endpoints.

    `previous` holds the old values of the fields that an `….updated` event is about.
    """
    data: Json = {"object": deep_copy(current_view(account, changed))}
    if previous is not None:
        data["previous_attributes"] = deep_copy(previous)
    event: Json = {
        "id": account.identifiers.new("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": account.now(),
        "data": data,
        "livemode": account.livemode,
        "pending_webhooks": 0,
        "request": {
            "id": account.origin.request_id,
            "idempotency_key": account.origin.idempotency_key,
        },
        "type": kind,
    }
    account.events.add(event)
    event["pending_webhooks"] = account.publish(event)


def emit_thin(account: Account, kind: str) -> Json:
    """Send and return an event of Stripe's v2 API, which names its object but does not hold it."""
    created_at = datetime.fromtimestamp(account.now(), UTC)
    event: Json = {
        "id": account.identifiers.new("evt"),
        "object": "v2.core.event",
        "type": kind,
        "livemode": account.livemode,
        "created": created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "related_object": {
            "id": account.identifiers.new("mtr"),
            "type": "billing.meter",
            "url": "/v1/billing/meters/mtr_1",
        },
        "reason": None,
    }
    account.publish(event)
    return event


def is_kept(account: Account, event: Json) -> bool:
    """Return whether Stripe still returns the event; it does so for 30 days."""
    created_at: int = event["created"]
    return created_at > account.now() - _KEPT_SECONDS

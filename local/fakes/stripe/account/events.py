"""Events: each change of an object leaves one, with the object as it was at that moment."""

from datetime import UTC, datetime
from typing import Final

from local.fakes.stripe.account.account import DAY, Account
from local.fakes.stripe.account.views import view
from local.fakes.stripe.objects import Json, copied
from local.fakes.stripe.version import API_VERSION

_KEPT_SECONDS: Final = 30 * DAY


def emit(account: Account, kind: str, changed: Json, previous: Json | None = None) -> None:
    """Record that `changed` had an event of that kind, and queue it for the webhook endpoints.

    `previous` holds the old values of what an `….updated` event is about.
    """
    data: Json = {"object": copied(view(account, changed))}
    if previous is not None:
        data["previous_attributes"] = copied(previous)
    event: Json = {
        "id": account.identifiers.new("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": account.now(),
        "data": data,
        "livemode": account.livemode,
        "pending_webhooks": 0,
        "request": {
            "id": account.cause.request_id,
            "idempotency_key": account.cause.idempotency_key,
        },
        "type": kind,
    }
    account.events.add(event)
    event["pending_webhooks"] = account.publish(event)


def emit_thin(account: Account, kind: str) -> Json:
    """Send an event of Stripe's second API: it names what it is about, and does not hold it."""
    made = datetime.fromtimestamp(account.now(), UTC)
    event: Json = {
        "id": account.identifiers.new("evt"),
        "object": "v2.core.event",
        "type": kind,
        "livemode": account.livemode,
        "created": made.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
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
    """Tell whether Stripe still shows the event: it does for 30 days."""
    made: int = event["created"]
    return made > account.now() - _KEPT_SECONDS

"""Runs `reconcilePayments`, loses webhooks, and stores API keys."""

from datetime import timedelta

from local.fakes.stripe.fake import FakeStripe
from tests.caches import secrets_cache
from tests.functions.handlers import Handlers
from tests.functions.secrets_manager import rotate

from teppan import secret

JOB = "reconcilePayments"
DEPOSIT = 10_000
MINUTE = timedelta(minutes=1)


def recent(call: Handlers) -> None:
    assert call.job(JOB, {"scope": "recent"}) is None


def full(call: Handlers) -> None:
    assert call.job(JOB, {"scope": "full"}) is None


def store(api_key: str, *values: str) -> None:
    """Store the values in the secret one after the other, and clear the cached secrets."""
    for value in values:
        rotate(api_key, value)
    secret._cache = secrets_cache()
    secret._reread_at.clear()


def lose_webhooks(stripe: FakeStripe) -> None:
    """Drop all events that Stripe has not delivered."""
    for delivery in stripe.outbox.pending(include_later=True):
        stripe.outbox.drop(delivery)

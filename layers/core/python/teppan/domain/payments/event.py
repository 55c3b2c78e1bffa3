"""Payment events (`domain.md §7`): an event only causes us to fetch the payment from Stripe."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from teppan.domain.alarm import Alarm
from teppan.domain.ledger import LedgerEntry
from teppan.domain.webhook_event import EventState, WebhookEvent

_DELIVERED_WITHIN: Final = timedelta(minutes=1)
_UPDATED_WITHIN: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent(WebhookEvent):
    """An event of the payment provider; `payment` is the payment intent to fetch, or None."""

    payment: str | None

    @property
    def subject(self) -> str | None:
        """The id of the payment intent."""
        return self.payment

    def is_recent(self, now: datetime) -> bool:
        """Return whether the payment may have changed since the event was handled."""
        return now < self.created_at + _UPDATED_WITHIN

    def is_late(self, now: datetime) -> bool:
        """Return whether the webhook should have arrived before `now`."""
        return now >= self.created_at + _DELIVERED_WITHIN


@dataclass(frozen=True, slots=True)
class EventResult:
    """The result of handling an event.

    - `is_first`: this is the first delivery of the event
    - `is_repeated`: the event was handled before
    - `is_unmatched`: the payment is not one of ours
    - `has_newly_failed`: the event was marked as failed just now
    - `failure`: the error that made it fail, if any
    """

    state: EventState
    entries: tuple[LedgerEntry, ...] = ()
    is_first: bool = False
    is_repeated: bool = False
    is_unmatched: bool = False
    has_newly_failed: bool = False
    failure: Exception | None = None

    @property
    def alarm(self) -> Alarm | None:
        """The alarm to raise for this event, or None."""
        if self.has_newly_failed:
            return Alarm.EVENTS_FAILED
        return Alarm.PAYMENTS_UNMATCHED if self.is_unmatched else None

"""What Stripe says has happened (`domain.md §7`): a hint to look, never taken at its word."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from teppan.domain.alarm import Alarm
from teppan.domain.ledger import LedgerEntry
from teppan.domain.webhook import EventState, WebhookEvent

_DELIVERED_WITHIN: Final = timedelta(minutes=1)
_UPDATED_WITHIN: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent(WebhookEvent):
    """An event of the payment provider; `payment` is the payment intent to look at, or None."""

    payment: str | None

    @property
    def subject(self) -> str | None:
        """The payment intent."""
        return self.payment

    def is_recent(self, now: datetime) -> bool:
        """Whether Stripe may tell more by `now` than when the event was handled."""
        return now < self.created_at + _UPDATED_WITHIN

    def is_late(self, now: datetime) -> bool:
        """Whether the webhook should have come by `now`."""
        return now >= self.created_at + _DELIVERED_WITHIN


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of the event.

    `first`: we had not heard of it; `repeated`: all was known; `unmatched`: it is not of ours;
    `newly_failed`: it has just been marked as failed, by `failure` where that is an error.
    """

    state: EventState
    entries: tuple[LedgerEntry, ...] = ()
    first: bool = False
    repeated: bool = False
    unmatched: bool = False
    newly_failed: bool = False
    failure: Exception | None = None

    @property
    def alarm(self) -> Alarm | None:
        """The alarm that the event was marked with, to be raised now."""
        if self.newly_failed:
            return Alarm.EVENTS_FAILED
        return Alarm.PAYMENTS_UNMATCHED if self.unmatched else None

"""What Stripe says has happened (`domain.md §7`): a hint to look, never taken at its word."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from teppan.domain.ledger import LedgerEntry

_DELIVERED_WITHIN: Final = timedelta(minutes=1)
_TOLD_WITHIN: Final = timedelta(minutes=30)


class EventState(StrEnum):
    """How far an event has come in our inbox."""

    RECEIVED = "received"
    HANDLED = "handled"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """An event; `payment` is the payment intent to look at, None where there is none for us.

    `payload` is the event as it was sent: it may hold personal data, and goes into the inbox only.
    """

    id: str
    type: str
    created_at: datetime
    payment: str | None
    payload: str

    def is_recent(self, now: datetime) -> bool:
        """Whether Stripe may tell more by `now` than when the event was handled."""
        return now < self.created_at + _TOLD_WITHIN

    def __str__(self) -> str:
        """Return the id: the rest is for the inbox alone."""
        return self.id

    def is_late(self, now: datetime) -> bool:
        """Whether the webhook should have come by `now`."""
        return now >= self.created_at + _DELIVERED_WITHIN


@dataclass(frozen=True, slots=True)
class Received:
    """What became of the event.

    `first`: we had not heard of it; `repeated`: all was known; `unmatched`: it is not of ours.
    """

    state: EventState
    entries: tuple[LedgerEntry, ...] = ()
    first: bool = False
    repeated: bool = False
    unmatched: bool = False

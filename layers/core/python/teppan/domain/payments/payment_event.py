"""What Stripe says has happened (`domain.md §7`): a hint to look, never taken at its word."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from teppan.domain.alarm import Alarm
from teppan.domain.ledger import LedgerEntry

_DELIVERED_WITHIN: Final = timedelta(minutes=1)
_TOLD_WITHIN: Final = timedelta(minutes=30)


class EventSource(StrEnum):
    """Who sends events."""

    STRIPE = "stripe"


class EventState(StrEnum):
    """How far an event has come in our inbox."""

    RECEIVED = "received"
    HANDLED = "handled"
    IGNORED = "ignored"
    FAILED = "failed"
    """It can not be applied: somebody has to look at it. What comes again is tried again."""


LONGEST: Final = 255
"""The most characters that an id or a type of Stripe's has; longer ones are none of Stripe's."""

_MOST_ERRORS: Final = 5
_ERRS_FOR: Final = timedelta(minutes=20)


def is_permanent(errors: int, since: datetime, now: datetime) -> bool:
    """Whether an event that erred unexpectedly, so often since then, will do so for ever.

    `reconcile_payments` tries what failed every 5 minutes, and twice more when a run fails: a
    deployment that breaks, and is rolled back within 20 minutes, fails no event; and one event
    holds back the others for little longer than that.
    """
    return errors >= _MOST_ERRORS and now >= since + _ERRS_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """An event; `payment` is the payment intent to look at, None where there is none for us.

    `payload` is the event as it was sent, as JSON in ASCII without secrets: it may hold personal
    data, and goes into the inbox only. `size` is what was sent, in bytes. `fault` says in one word
    why an event of a type that we handle can not be read, None where it can.
    """

    id: str
    type: str
    created_at: datetime
    payment: str | None
    payload: str
    size: int
    fault: str | None = None

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

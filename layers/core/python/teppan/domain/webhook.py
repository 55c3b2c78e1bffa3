"""An event of an outside system in our inbox, and when it can never be applied (`domain.md §7`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


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


MAX_ID_LENGTH: Final = 255
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
class WebhookEvent:
    """An event of an outside system.

    `payload` is the event as it was sent, as JSON in ASCII without secrets: it may hold personal
    data, and goes into the inbox only. `size` is what was sent, in bytes. `fault` says in one word
    why an event of a type that we handle can not be read, None where it can.
    """

    id: str
    type: str
    created_at: datetime
    payload: str
    size: int
    fault: str | None = None

    @property
    def subject(self) -> str | None:
        """The id of what the event is about, None where that is nothing of ours."""
        return None

    def __str__(self) -> str:
        """Return the id: the rest is for the inbox alone."""
        return self.id

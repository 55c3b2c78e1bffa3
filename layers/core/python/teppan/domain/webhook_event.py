"""Webhook events in our inbox, and when one counts as failed for good (`domain.md §7`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class EventSource(StrEnum):
    """The system that sends an event."""

    STRIPE = "stripe"


class EventState(StrEnum):
    """The processing state of an event in our inbox."""

    RECEIVED = "received"
    HANDLED = "handled"
    IGNORED = "ignored"
    FAILED = "failed"
    """The event could not be applied, and staff must look at it. A new delivery is tried again."""


MAX_ID_LENGTH: Final = 255
"""The greatest length of an id or a type from Stripe, in characters."""


_ERRORS_BEFORE_PERMANENT: Final = 5


_TIME_BEFORE_PERMANENT: Final = timedelta(minutes=20)


def is_permanent(errors: int, since: datetime, now: datetime) -> bool:
    """Return whether an event counts as failed for good after `errors` unexpected errors.

    `since` is the time of the first error. `reconcile_payments` tries a failed event again every 5
    minutes, and a failed run twice more. So a faulty deployment that is rolled back within 20
    minutes fails no event, and one event delays the others only a little longer than that.
    """
    return errors >= _ERRORS_BEFORE_PERMANENT and now >= since + _TIME_BEFORE_PERMANENT


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """An event of an outside system.

    `payload` is the event as sent, as ASCII JSON without secrets. It may hold personal data, so it
    is stored in the inbox and nowhere else. `size` is the size as sent, in bytes. `fault` is a code
    for why an event of a handled type cannot be read, or None.
    """

    id: str
    type: str
    created_at: datetime
    payload: str
    size: int
    fault: str | None = None

    @property
    def subject(self) -> str | None:
        """The id of the object that the event is about, or None if we do not store that object."""
        return None

    def __str__(self) -> str:
        """Return the id only: the payload may hold personal data."""
        return self.id

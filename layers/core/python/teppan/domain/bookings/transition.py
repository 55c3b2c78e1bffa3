"""A booking's life as data (`domain.md §4`): which step leads from which status to which."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from teppan.domain.bookings.errors import InvalidTransition


class Status(StrEnum):
    """Where a booking is in its life."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Cause(StrEnum):
    """What moves a booking on."""

    PAID = "paid"
    """What is due to confirm it was captured."""
    OVERDUE = "overdue"
    """The payment deadline passed."""
    CANCELLED = "cancelled"
    TOOK_PLACE = "took_place"
    NOBODY_THERE = "nobody_there"
    PAID_LATE = "paid_late"
    """It had lapsed unpaid; the money came after all and its slot was still free."""


STEPS: Final[Mapping[tuple[Status, Cause], Status]] = MappingProxyType(
    {
        (Status.PENDING, Cause.PAID): Status.CONFIRMED,
        (Status.PENDING, Cause.OVERDUE): Status.CANCELLED,
        (Status.PENDING, Cause.CANCELLED): Status.CANCELLED,
        (Status.CONFIRMED, Cause.CANCELLED): Status.CANCELLED,
        (Status.CONFIRMED, Cause.TOOK_PLACE): Status.COMPLETED,
        (Status.CONFIRMED, Cause.NOBODY_THERE): Status.NO_SHOW,
        (Status.CANCELLED, Cause.PAID_LATE): Status.CONFIRMED,
    }
)
"""Every step there is; `posting.PAYMENT_EFFECTS` says when money takes one."""

HOLDS_SLOT: Final = frozenset(Status) - {Status.CANCELLED}
"""The statuses in which a booking takes a place in its slot."""

LIVE: Final = frozenset({Status.PENDING, Status.CONFIRMED})
"""The statuses in which a booking may change."""


def next_status(status: Status, cause: Cause) -> Status:
    """Return the status that `cause` leads to; raises `InvalidTransition` where there is none."""
    try:
        return STEPS[status, cause]
    except KeyError:
        raise InvalidTransition(
            f"A {status} booking can not be {cause.replace('_', ' ')}."
        ) from None

"""The statuses of a booking and the transitions between them, as a table (`domain.md §4`)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from teppan.domain.bookings.errors import InvalidTransition


class Status(StrEnum):
    """The status of a booking."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Cause(StrEnum):
    """The cause of a transition."""

    PAID = "paid"
    """The amount that confirms the booking was captured."""
    OVERDUE = "overdue"
    """The payment deadline passed."""
    CANCELLED = "cancelled"
    TOOK_PLACE = "took_place"
    NO_SHOW = "no_show"
    PAID_LATE = "paid_late"
    """The booking had expired; the payment arrived later, and the slot was still free."""


TRANSITIONS: Final[Mapping[tuple[Status, Cause], Status]] = MappingProxyType(
    {
        (Status.PENDING, Cause.PAID): Status.CONFIRMED,
        (Status.PENDING, Cause.OVERDUE): Status.CANCELLED,
        (Status.PENDING, Cause.CANCELLED): Status.CANCELLED,
        (Status.CONFIRMED, Cause.CANCELLED): Status.CANCELLED,
        (Status.CONFIRMED, Cause.TOOK_PLACE): Status.COMPLETED,
        (Status.CONFIRMED, Cause.NO_SHOW): Status.NO_SHOW,
        (Status.CANCELLED, Cause.PAID_LATE): Status.CONFIRMED,
    }
)
"""All transitions; `payments.effect.PAYMENT_EFFECTS` defines which of them a payment causes."""

_STATUS_AFTER: Final = {cause: after for (_, cause), after in TRANSITIONS.items()}

HOLDS_SLOT: Final = frozenset(Status) - {Status.CANCELLED}
"""The statuses in which a booking counts towards the capacity of its slot."""

LIVE: Final = frozenset({Status.PENDING, Status.CONFIRMED})
"""The statuses in which a booking may change."""


def next_status(status: Status, cause: Cause) -> Status:
    """Return the status that `cause` leads to; raises `InvalidTransition` if there is none."""
    try:
        return TRANSITIONS[status, cause]
    except KeyError:
        target = _STATUS_AFTER[cause]
        raise InvalidTransition(f"A {status} booking cannot become {target}.") from None

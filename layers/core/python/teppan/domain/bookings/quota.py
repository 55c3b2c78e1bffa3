"""How many bookings a customer may hold unpaid, and make in a day (`domain.md §4`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil

from teppan.domain.bookings.errors import TooManyBookingsInADay, TooManyPendingBookings
from teppan.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Quota:
    """What counts against a customer's limits.

    `pending` holds the ids of the customer's pending bookings, whoever made them; `made` when (UTC)
    the customer made each of the latest bookings, by id, whatever became of it.
    """

    pending: frozenset[str] = frozenset()
    made: Mapping[str, datetime] = field(default_factory=dict)


def with_room(quota: Quota, at: datetime, policy: Policy) -> Quota:
    """Return the quota without what no longer counts at `at`, if it has room for one booking more.

    Raises `TooManyPendingBookings` and `TooManyBookingsInADay`.
    """
    most = policy.max_pending_bookings
    if len(quota.pending) >= most:
        raise TooManyPendingBookings(
            f"You hold {len(quota.pending)} unpaid bookings; at most {most} are possible at a time."
            " Pay for one or cancel it first."
        )
    recent = {
        booking: made_at
        for booking, made_at in quota.made.items()
        if at - made_at < policy.booking_count_window
    }
    most = policy.max_bookings_in_window
    if len(recent) >= most:
        hours = policy.booking_count_window // timedelta(hours=1)
        room_at = sorted(recent.values())[-most] + policy.booking_count_window
        raise TooManyBookingsInADay(
            f"At most {most} bookings are possible in {hours} hours, cancelled ones included."
            " Try again later.",
            retry_after=ceil((room_at - at).total_seconds()),
        )
    return replace(quota, made=recent)

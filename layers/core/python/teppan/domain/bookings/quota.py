"""The limits of a customer: pending bookings, and new bookings in a day (`domain.md §4`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil

from teppan.domain.bookings.errors import TooManyBookingsInADay, TooManyPendingBookings
from teppan.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Quota:
    """The bookings that count towards a customer's limits.

    `pending` holds the ids of the customer's pending bookings, including those that staff made.
    `made_at_by_booking` maps each recent booking that the customer made, of any status, to its
    time (UTC).
    """

    pending: frozenset[str] = frozenset()
    made_at_by_booking: Mapping[str, datetime] = field(default_factory=dict)


def check_quota(quota: Quota, at: datetime, policy: Policy) -> Quota:
    """Return the quota without bookings that no longer count at `at`, if one more is allowed.

    Raises `TooManyPendingBookings` and `TooManyBookingsInADay`.
    """
    limit = policy.max_pending_bookings
    if len(quota.pending) >= limit:
        raise TooManyPendingBookings(
            f"You hold {len(quota.pending)} unpaid bookings; at most {limit} are possible at a"
            " time. Pay for one or cancel it first."
        )
    recent = {
        booking: made_at
        for booking, made_at in quota.made_at_by_booking.items()
        if at - made_at < policy.booking_count_window
    }
    limit = policy.max_bookings_in_window
    if len(recent) >= limit:
        hours = policy.booking_count_window // timedelta(hours=1)
        allowed_at = sorted(recent.values())[-limit] + policy.booking_count_window
        raise TooManyBookingsInADay(
            f"At most {limit} bookings are possible in {hours} hours, cancelled ones included."
            " Try again later.",
            retry_after=ceil((allowed_at - at).total_seconds()),
        )
    return replace(quota, made_at_by_booking=recent)

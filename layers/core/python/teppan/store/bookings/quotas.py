"""Customers' quotas in the table: one item for each, written in the transactions of bookings.

`pending` and `made` are sets, so counting and releasing a booking are idempotent, as slot claims
are. When a create finds `made` full, it removes the entries that no longer count.
"""

from dataclasses import dataclass
from datetime import datetime

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.quota import Quota
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.table import Update


@dataclass(frozen=True, slots=True)
class Renewal:
    """A quota as it was read (`seen`), and the part of it that still counts (`kept`)."""

    seen: Quota
    kept: Quota


def claim(booking: Booking, renewal: Renewal | None = None) -> Update:
    """Return the write that counts a customer's new booking, refused at either limit.

    With a `renewal`, the write replaces the counted bookings; it is refused if they have changed.
    """
    policy = booking.policy
    entry = frozenset({_entry(booking.id, booking.created_at)})
    values = {"id": frozenset({booking.id}), "most_pending": policy.max_pending_bookings}
    has_room = "(attribute_not_exists(pending) OR size(pending) < :most_pending)"
    if renewal is None:
        return Update(
            _key(booking),
            "ADD pending :id, made :entry",
            f"{has_room} AND (attribute_not_exists(made) OR size(made) < :most_made)",
            {**values, "entry": entry, "most_made": policy.max_bookings_in_window},
        )
    return Update(
        _key(booking),
        "SET made = :kept ADD pending :id",
        f"{has_room} AND made = :seen",
        {**values, "kept": _entries(renewal.kept) | entry, "seen": _entries(renewal.seen)},
    )


def count_pending(booking: Booking) -> Update:
    """Return the write that adds a booking by staff to the customer's pending ones, unlimited."""
    return Update(_key(booking), "ADD pending :id", None, {"id": frozenset({booking.id})})


def release(booking: Booking) -> Update:
    """Return the write that removes the booking from the pending ones; repeatable."""
    return Update(_key(booking), "DELETE pending :id", None, {"id": frozenset({booking.id})})


def quota_of(item: Item | None) -> Quota:
    """Return the quota that an item holds; an empty one without an item."""
    stored = item or {}
    made = (entry.partition("#") for entry in stored.get("made", ()))
    return Quota(
        pending=stored.get("pending", frozenset()),
        made_at_by_booking={booking_id: from_rfc3339(made_at) for made_at, _, booking_id in made},
    )


def _entries(quota: Quota) -> frozenset[str]:
    return frozenset(
        _entry(booking_id, made_at) for booking_id, made_at in quota.made_at_by_booking.items()
    )


def _entry(booking_id: str, made_at: datetime) -> str:
    return f"{to_rfc3339(made_at)}#{booking_id}"


def _key(booking: Booking) -> tuple[str, str]:
    return keys.quota(booking.customer_id)

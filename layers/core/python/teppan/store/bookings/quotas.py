"""Customers' quotas in the table: one item each, written in the transactions of their bookings.

`pending` and `made` are sets, so that counting and releasing a booking are idempotent, as claims of
slots are. What is in `made` too long leaves it when a create finds the set full.
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
    """A quota as it was `seen`, and the part of it to be `kept`."""

    seen: Quota
    kept: Quota


def claim(booking: Booking, renewal: Renewal | None = None) -> Update:
    """Return the write that counts a customer's new booking, refused at either limit.

    A `renewal` replaces what was counted before, unless that has changed since it was seen.
    """
    policy = booking.policy
    own = frozenset({_entry(booking.id, booking.created_at)})
    values = {"id": frozenset({booking.id}), "most_pending": policy.max_pending_bookings}
    has_room = "(attribute_not_exists(pending) OR size(pending) < :most_pending)"
    if renewal is None:
        return Update(
            _key(booking),
            "ADD pending :id, made :own",
            f"{has_room} AND (attribute_not_exists(made) OR size(made) < :most_made)",
            {**values, "own": own, "most_made": policy.max_bookings_in_window},
        )
    return Update(
        _key(booking),
        "SET made = :kept ADD pending :id",
        f"{has_room} AND made = :seen",
        {**values, "kept": _entries(renewal.kept) | own, "seen": _entries(renewal.seen)},
    )


def hold(booking: Booking) -> Update:
    """Return the write that counts a booking made by staff among its customer's pending ones."""
    return Update(_key(booking), "ADD pending :id", None, {"id": frozenset({booking.id})})


def release(booking: Booking) -> Update:
    """Return the write that no longer counts the booking as pending; a second time does nothing."""
    return Update(_key(booking), "DELETE pending :id", None, {"id": frozenset({booking.id})})


def quota_of(item: Item | None) -> Quota:
    """Return the quota that an item holds; a customer without one has booked nothing."""
    stored = item or {}
    made = (entry.partition("#") for entry in stored.get("made", ()))
    return Quota(
        pending=stored.get("pending", frozenset()),
        made={booking_id: from_rfc3339(made_at) for made_at, _, booking_id in made},
    )


def _entries(quota: Quota) -> frozenset[str]:
    return frozenset(_entry(booking_id, made_at) for booking_id, made_at in quota.made.items())


def _entry(booking_id: str, made_at: datetime) -> str:
    return f"{to_rfc3339(made_at)}#{booking_id}"


def _key(booking: Booking) -> tuple[str, str]:
    return keys.quota(booking.customer_id)

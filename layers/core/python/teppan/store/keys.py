"""The table's keys and indexes (`architecture.md §4`); personal data is in none of them."""

from datetime import date
from typing import Final

from teppan.clock import to_rfc3339
from teppan.domain.booking import Booking
from teppan.domain.slot import Slot
from teppan.store.attributes import Key

BY_CUSTOMER: Final = "GSI1"
"""Bookings of one customer by start."""

BY_MONTH: Final = "GSI2"
"""Bookings of one local month by start."""

EVENT: Final = "EVENT#"


def booking(booking_id: str) -> Key:
    """Return the key of a booking."""
    return f"BOOKING#{booking_id}", "BOOKING"


def event(booking_id: str, version: int) -> Key:
    """Return the key of the audit event that led to `version`; keys sort as versions do."""
    return f"BOOKING#{booking_id}", f"{EVENT}{version:010}"


def ledger_entry(booking_id: str, reference: str, kind: str) -> Key:
    """Return the natural key of a ledger entry."""
    return f"BOOKING#{booking_id}", f"LEDGER#{reference}#{kind}"


def attempts(person: str, operation: str) -> Key:
    """Return the key of somebody's attempts at an operation; `person` is a pseudonym."""
    return f"PERSON#{person}", f"ATTEMPTS#{operation}"


def registration(person: str) -> Key:
    """Return the key of a registration that waits for confirmation; `person` is a pseudonym."""
    return f"PERSON#{person}", "REGISTRATION"


def session(session_id: str) -> Key:
    """Return the key of a session that somebody has logged out of."""
    return f"SESSION#{session_id}", "SESSION"


def sessions(account_id: str) -> Key:
    """Return the key of what has ended all sessions of an account."""
    return f"ACCOUNT#{account_id}", "SESSIONS"


def slot(at: Slot) -> Key:
    """Return the key of a slot."""
    return slot_month(at.date), f"{at.date}#{at.time:%H:%M}"


def slot_month(day: date) -> str:
    """Return the partition of the slots in `day`'s month."""
    return f"SLOTS#{day.isoformat()[:7]}"


def customer(customer_id: str) -> str:
    """Return the partition of a customer's bookings."""
    return f"CUSTOMER#{customer_id}"


def booking_month(day: date) -> str:
    """Return the partition of the bookings in `day`'s month."""
    return f"BOOKINGS#{day.isoformat()[:7]}"


def start(booking: Booking) -> str:
    """Return the index sort key of a booking: its instant, then its id."""
    return f"{to_rfc3339(booking.slot.starts_at)}#{booking.id}"

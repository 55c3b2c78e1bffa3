"""List the payments and refunds of a booking (`domain.md §7`)."""

from dataclasses import dataclass
from typing import Final

from teppan.domain.bookings.booking import Booking
from teppan.domain.caller import Caller
from teppan.domain.errors import StorageUnavailable
from teppan.domain.ledger import LedgerEntry, sorted_entries
from teppan.domain.payments.attempt import PaymentAttempt
from teppan.services.bookings.access import get_booking_for
from teppan.store.bookings import bookings
from teppan.store.payments import attempts
from teppan.store.table import Table

_MAX_RETRIES: Final = 8


@dataclass(frozen=True, slots=True)
class PaymentHistory:
    """A booking with its payment attempts and its ledger, both oldest first."""

    booking: Booking
    attempts: list[PaymentAttempt]
    ledger: list[LedgerEntry]


def list_payments(table: Table, booking_id: str, caller: Caller) -> PaymentHistory:
    """Return the booking, its attempts and its ledger, all of the same moment.

    Each movement of money makes a new version of the booking. If the version is the same before and
    after, the reads in between belong to it. Raises `BookingNotFound`, and `StorageUnavailable` if
    the version changes during each try.
    """
    booking = get_booking_for(table, booking_id, caller)
    for _ in range(_MAX_RETRIES):
        history = _read(table, booking)
        booking = get_booking_for(table, booking_id, caller)
        if booking.version == history.booking.version:
            return history
    raise StorageUnavailable


def _read(table: Table, booking: Booking) -> PaymentHistory:
    known = [each.as_known_to(booking) for each in attempts.of_booking(table, booking.id)]
    return PaymentHistory(
        booking,
        sorted(known, key=lambda each: each.opened_at),
        sorted_entries(bookings.ledger(table, booking.id)),
    )

"""What was paid for a booking, what went back, and how it stands (`domain.md §7`)."""

from dataclasses import dataclass

from teppan.domain.booking import Booking
from teppan.domain.caller import Caller
from teppan.domain.ledger import LedgerEntry, in_order
from teppan.domain.payment import Attempt
from teppan.services.revision import find_visible
from teppan.store import bookings, payments
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class Account:
    """A booking with the attempts to pay it and its ledger, both oldest first."""

    booking: Booking
    attempts: list[Attempt]
    ledger: list[LedgerEntry]


def list_payments(table: Table, booking_id: str, caller: Caller) -> Account:
    """Return the booking's account; raises `BookingNotFound`."""
    booking = find_visible(table, booking_id, caller)
    return Account(
        booking,
        sorted(
            (each.as_known_to(booking) for each in payments.attempts(table, booking_id)),
            key=lambda each: each.opened_at,
        ),
        in_order(bookings.ledger(table, booking_id)),
    )

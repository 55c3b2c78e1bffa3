"""The amount that is due for a booking, by payment type (`domain.md §3, §7`)."""

from collections.abc import Mapping
from enum import StrEnum

from teppan.domain.bookings.booking import Booking
from teppan.domain.money import Cents


class PaymentType(StrEnum):
    """The type of payment that a customer chooses; the server computes the amount."""

    DEPOSIT = "deposit"
    BALANCE = "balance"
    FULL = "full"


def is_less_due(before: Booking, after: Booking) -> bool:
    """Return whether a step lowers the amount due as any payment type.

    If so, an open payment attempt may ask for more than is due.
    """
    due_before, due_after = due(before), due(after)
    return any(due_after[each] < due_before[each] for each in PaymentType)


def due(booking: Booking) -> Mapping[PaymentType, Cents]:
    """Return the amount due as each payment type, or 0; deadlines do not matter here."""
    return {
        PaymentType.DEPOSIT: booking.deposit_due,
        PaymentType.BALANCE: 0 if booking.deposit_due else booking.balance_due,
        PaymentType.FULL: booking.deposit_due + booking.balance_due,
    }

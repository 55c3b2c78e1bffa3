"""What is due of a booking as each type of payment (`domain.md §3, §7`)."""

from collections.abc import Mapping
from enum import StrEnum

from teppan.domain.bookings.booking import Booking
from teppan.domain.money import Cents


class PaymentType(StrEnum):
    """What a customer wants to pay; the amount is ours to say."""

    DEPOSIT = "deposit"
    BALANCE = "balance"
    FULL = "full"


def less_is_due(before: Booking, after: Booking) -> bool:
    """Whether a step leaves less due of any type, so that an open attempt may ask too much."""
    earlier, later = due(before), due(after)
    return any(later[each] < earlier[each] for each in PaymentType)


def due(booking: Booking) -> Mapping[PaymentType, Cents]:
    """Return what is due of the booking as each type, whatever the time; 0 when nothing is."""
    return {
        PaymentType.DEPOSIT: booking.deposit_due,
        PaymentType.BALANCE: 0 if booking.deposit_due else booking.balance_due,
        PaymentType.FULL: booking.deposit_due + booking.balance_due,
    }

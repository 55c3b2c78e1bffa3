"""Refunds that staff grant beyond what the policy owes (`domain.md §7`)."""

from dataclasses import replace

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.rebalance import with_entries
from teppan.domain.caller import Caller
from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import EntryKind, RefundReason
from teppan.domain.money import Cents
from teppan.domain.refund_obligation import refund_obligations, refundable


def grant_goodwill(booking: Booking, amount: Cents | None, refund_id: str, caller: Caller) -> Step:
    """Return the booking with the obligation to refund `amount`, or all that is left when None.

    Raises `RefundExceedsCaptured`, also when nothing is left.
    """
    left = refundable(booking.payments)
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        held = booking.balance.at_risk
        raise RefundExceedsCaptured(
            f"Left to refund: {left} cents" + (f"; in dispute: {held} cents." if held else ".")
        )
    owed = refund_obligations(
        booking.payments,
        wanted,
        reference=refund_id,
        reason=RefundReason.STAFF,
        at=caller.signed_at,
        kind=EntryKind.GOODWILL_OWED,
    )
    after = replace(
        with_entries(booking, owed), version=booking.version + 1, updated_at=caller.signed_at
    )
    return Step(after, owed)

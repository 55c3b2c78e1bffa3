"""Goodwill: refunds that staff grant beyond what the policy owes (`domain.md §7`)."""

from dataclasses import replace

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.rebalance import with_entries
from teppan.domain.caller import Caller
from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import EntryKind, RefundReason
from teppan.domain.money import Cents
from teppan.domain.refund_obligation import refund_obligations, total_refundable


def grant_goodwill(booking: Booking, amount: Cents | None, refund_id: str, caller: Caller) -> Step:
    """Return the booking with an obligation to refund `amount`; None refunds all that is left.

    Raises `RefundExceedsCaptured` when less than `amount`, or nothing, is left to refund.
    """
    left = total_refundable(booking.payments)
    to_refund = left if amount is None else amount
    if not 0 < to_refund <= left:
        at_risk = booking.balance.at_risk
        raise RefundExceedsCaptured(
            f"Left to refund: {left} cents"
            + (f"; in dispute: {at_risk} cents." if at_risk else ".")
        )
    obligations = refund_obligations(
        booking.payments,
        to_refund,
        reference=refund_id,
        reason=RefundReason.STAFF,
        at=caller.recorded_at,
        kind=EntryKind.GOODWILL_OWED,
    )
    after = replace(
        with_entries(booking, obligations),
        version=booking.version + 1,
        updated_at=caller.recorded_at,
    )
    return Step(after, obligations)

"""Confirm or refund a booking when a step changes its price or its money (`domain.md §4, §6`)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.transition import Cause, Status, next_status
from teppan.domain.caller import Caller
from teppan.domain.ledger import LedgerEntry, RefundReason
from teppan.domain.ledger_balance import Balance, post_entries
from teppan.domain.money import Cents
from teppan.domain.refund_obligation import refund_obligations, total_refundable


def rebalance(
    before: Booking, after: Booking, entries: tuple[LedgerEntry, ...], caller: Caller
) -> Step:
    """Return the step from `before` to `after`, confirmed if covered; an overpayment is owed back.

    If nothing changes and there are no entries, return `before` with its version.
    """
    if after.status is Status.PENDING and after.is_covered and caller.at < after.slot.starts_at:
        after = replace(after, status=next_status(after.status, Cause.PAID))
    overpayment = _overpayment_entries(after, caller) if after.holds_slot else ()
    after = with_entries(after, overpayment)
    if after == before and not entries:
        return Step(before)
    after = replace(after, version=before.version + 1, updated_at=caller.recorded_at)
    return Step(after, (*entries, *overpayment))


def with_entries(booking: Booking, entries: Iterable[LedgerEntry]) -> Booking:
    """Return the booking with `entries` added to the balances of its payments."""
    return replace(booking, payments=post_entries(booking.payments, entries))


def _overpayment_entries(booking: Booking, caller: Caller) -> tuple[LedgerEntry, ...]:
    """Return the obligations for what was paid beyond the total.

    Money at risk is not counted as paid, because a dispute may be lost.
    """
    certain = booking.balance.credited - booking.balance.at_risk
    excess = min(max(0, certain - booking.price.total), total_refundable(booking.payments))
    return refund_entries(booking.payments, excess, RefundReason.OVERPAYMENT, booking, caller)


def refund_entries(
    payments: Mapping[str, Balance],
    amount: Cents,
    reason: RefundReason,
    before: Booking,
    caller: Caller,
) -> tuple[LedgerEntry, ...]:
    """Return refund obligations whose reference is the reason and the version that adds them."""
    reference = f"{reason}-{before.version + 1}"
    return refund_obligations(
        payments, amount, reference=reference, reason=reason, at=caller.recorded_at
    )

"""Bring a booking and its money together after a step (`domain.md §4, §6`)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.transition import Cause, Status, next_status
from teppan.domain.caller import Caller
from teppan.domain.ledger import Balance, LedgerEntry, RefundReason, entered
from teppan.domain.money import Cents
from teppan.domain.refund_obligation import refund_obligations, refundable


def rebalance(
    before: Booking, after: Booking, entries: tuple[LedgerEntry, ...], caller: Caller
) -> Step:
    """Return the step from `before`: confirmed if it is paid for, with what is too much promised.

    A step without entries that leaves the booking as it was is none, and makes no version.
    """
    if after.status is Status.PENDING and after.is_covered and caller.at < after.slot.starts_at:
        after = replace(after, status=next_status(after.status, Cause.PAID))
    too_much = _overpaid(after, caller) if after.holds_slot else ()
    after = with_entries(after, too_much)
    if after == before and not entries:
        return Step(before)
    stepped = replace(after, version=before.version + 1, updated_at=caller.signed_at)
    return Step(stepped, (*entries, *too_much))


def with_entries(booking: Booking, entries: Iterable[LedgerEntry]) -> Booking:
    """Return the booking with the entries in the balances of its payments."""
    return replace(booking, payments=entered(booking.payments, entries))


def _overpaid(booking: Booking, caller: Caller) -> tuple[LedgerEntry, ...]:
    """Promise back what was paid beyond the total; what is in dispute may yet be lost."""
    certain = booking.balance.credited - booking.balance.at_risk
    excess = min(max(0, certain - booking.price.total), refundable(booking.payments))
    return refund_entries(booking.payments, excess, RefundReason.OVERPAYMENT, booking, caller)


def refund_entries(
    payments: Mapping[str, Balance],
    amount: Cents,
    reason: RefundReason,
    before: Booking,
    caller: Caller,
) -> tuple[LedgerEntry, ...]:
    """Return promises that are named by why they are made and the version that makes them."""
    reference = f"{reason}-{before.version + 1}"
    return refund_obligations(
        payments, amount, reference=reference, reason=reason, at=caller.signed_at
    )

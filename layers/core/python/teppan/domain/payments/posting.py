"""Posting of payments to bookings (`domain.md §4, §6, §7`): confirm, reinstate, keep or refund.

Money is kept only for a booking that is not cancelled, or by a rule of the policy.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.cancellation import expire
from teppan.domain.bookings.rebalance import rebalance, refund_entries, with_entries
from teppan.domain.caller import Caller
from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason
from teppan.domain.ledger_balance import Balance, balance_of
from teppan.domain.money import half_up
from teppan.domain.payments.effect import PaymentEffect, apply_effect, payment_effect
from teppan.domain.payments.obligation_correction import restoration_entries, waiver_entries
from teppan.domain.payments.snapshot import PaymentSnapshot, missing_entries
from teppan.domain.refund_obligation import obligated_amount, total_refundable

_CORRECTIONS: Final = MappingProxyType({"waiver": waiver_entries, "restored": restoration_entries})
"""The corrections of earlier obligations, by the prefix of their entries' references."""


def post_payment(
    booking: Booking,
    ledger: Iterable[LedgerEntry],
    snapshot: PaymentSnapshot,
    caller: Caller,
    *,
    max_entries: int,
    slot_taken: bool = False,
) -> Step:
    """Return the booking with the entries that `snapshot` adds; the booking itself if it adds none.

    `ledger` is the booking's ledger, at least as new as the booking. `slot_taken` is true if other
    bookings fill its slot. A step with `max_entries` or more entries may be partial: call again.
    """
    known = list(ledger)
    new_entries = missing_entries(snapshot, known, caller.recorded_at, max_entries)
    after = with_entries(booking, new_entries)
    is_new = any(entry.kind is EntryKind.CAPTURED for entry in new_entries)
    # Claim the slot again only if this payment is new.
    effect = payment_effect(after, caller.at, slot_taken=slot_taken or not is_new)
    if effect is PaymentEffect.EXPIRE:
        expired = expire(after, caller)
        after = replace(expired.after, version=booking.version)
        return rebalance(booking, after, (*new_entries, *expired.entries), caller)
    after = apply_effect(after, effect)
    corrections = _correction_entries(
        after, snapshot.payment, [*known, *new_entries], caller, max_entries
    )
    after = with_entries(after, corrections)
    new_entries += corrections
    if effect is PaymentEffect.REFUND:
        refunds = _refunds_of_cancelled(after, [*known, *new_entries], caller)
        after = with_entries(after, refunds)
        new_entries += refunds
    return rebalance(booking, after, tuple(new_entries), caller)


def _correction_entries(
    booking: Booking,
    payment: str,
    ledger: list[LedgerEntry],
    caller: Caller,
    max_entries: int,
) -> list[LedgerEntry]:
    """Return at most `max_entries` waivers and as many restorations for a payment's obligations."""
    balance = booking.payments.get(payment, Balance())
    new_entries: list[LedgerEntry] = []
    for name, corrections in _CORRECTIONS.items():
        entries = corrections(
            payment,
            balance,
            [*ledger, *new_entries],
            reference=f"{name}-{booking.version + 1}",
            at=caller.recorded_at,
        )
        corrected = list(islice(entries, max_entries))
        balance += balance_of(corrected)
        new_entries += corrected
    return new_entries


def _refunds_of_cancelled(
    booking: Booking, ledger: list[LedgerEntry], caller: Caller
) -> tuple[LedgerEntry, ...]:
    """Return the obligations that a cancelled booking still has to make.

    Payments known at the cancellation are refunded by its percentage, even if a dispute returns
    their money later. Payments that became known after it are refunded in full.
    """
    record = booking.cancellation
    if record is None:
        return ()
    in_time = {name: each for name, each in booking.payments.items() if name in record.payments}
    late = {name: each for name, each in booking.payments.items() if name not in in_time}
    reason = RefundReason.OVERDUE if booking.has_expired else RefundReason.CANCELLATION
    obligated = obligated_amount(reason, ledger)
    base = sum(in_time.values(), Balance()).refundable + obligated
    owed = half_up(base, record.refund_percentage, 100) - obligated
    return (
        *refund_entries(in_time, max(0, owed), reason, booking, caller),
        *refund_entries(late, total_refundable(late), RefundReason.LATE_PAYMENT, booking, caller),
    )

"""Obligations to refund, at most what was captured (`domain.md §6, §7`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import OBLIGATION_KINDS, Balance, EntryKind, LedgerEntry, RefundReason
from teppan.domain.money import Cents

WAIVERS = {
    EntryKind.REFUND_OWED: EntryKind.REFUND_WAIVED,
    EntryKind.GOODWILL_OWED: EntryKind.GOODWILL_WAIVED,
}
"""What takes a promise back."""


def refund_obligations(
    payments: Mapping[str, Balance],
    amount: Cents,
    *,
    reference: str,
    reason: RefundReason,
    at: datetime,
    kind: EntryKind = EntryKind.REFUND_OWED,
) -> tuple[LedgerEntry, ...]:
    """Promise `amount` back, out of the payments with most left first, one entry each.

    Raises `RefundExceedsCaptured` when less than that is refundable.
    """
    entries: list[LedgerEntry] = []
    by_what_is_left = sorted(payments.items(), key=lambda each: (-each[1].refundable, each[0]))
    for payment, balance in by_what_is_left:
        if part := min(amount, balance.refundable):
            entries.append(
                LedgerEntry(
                    reference=(name := f"{reference}-{len(entries) + 1}"),
                    kind=kind,
                    amount=part,
                    at=at,
                    payment=payment,
                    refund=name,
                    reason=reason,
                )
            )
            amount -= part
    if amount:
        raise RefundExceedsCaptured("There is less left to refund than that.")
    return tuple(entries)


def obligated_for(reason: RefundReason, ledger: Iterable[LedgerEntry]) -> Cents:
    """Return what was promised for `reason`, less what was taken back of that."""
    entries = list(ledger)
    names = {
        each.refund for each in entries if each.kind in OBLIGATION_KINDS and each.reason is reason
    }
    return sum(
        each.amount if each.kind in OBLIGATION_KINDS else -each.amount
        for each in entries
        if each.refund in names and each.kind in {*OBLIGATION_KINDS, *WAIVERS.values()}
    )


def refundable(payments: Mapping[str, Balance]) -> Cents:
    """Return what `refund_obligations` can give back at most."""
    return sum(balance.refundable for balance in payments.values())

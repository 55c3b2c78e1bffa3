"""Refund obligations, never more than was captured (`domain.md §6, §7`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import OBLIGATION_KINDS, EntryKind, LedgerEntry, RefundReason
from teppan.domain.ledger_balance import Balance
from teppan.domain.money import Cents

WAIVER_KINDS = {
    EntryKind.REFUND_OWED: EntryKind.REFUND_WAIVED,
    EntryKind.GOODWILL_OWED: EntryKind.GOODWILL_WAIVED,
}
"""The kind of entry that waives each kind of obligation."""


def refund_obligations(
    payments: Mapping[str, Balance],
    amount: Cents,
    *,
    reference: str,
    reason: RefundReason,
    at: datetime,
    kind: EntryKind = EntryKind.REFUND_OWED,
) -> tuple[LedgerEntry, ...]:
    """Return one obligation entry for each payment from which `amount` is refunded.

    The payment with the largest refundable amount comes first. Raises `RefundExceedsCaptured` when
    the payments have less than `amount` left to refund.
    """
    entries: list[LedgerEntry] = []
    largest_first = sorted(payments.items(), key=lambda each: (-each[1].refundable, each[0]))
    for payment, balance in largest_first:
        if part := min(amount, balance.refundable):
            name = f"{reference}-{len(entries) + 1}"
            entries.append(
                LedgerEntry(
                    reference=name,
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


def obligated_amount(reason: RefundReason, ledger: Iterable[LedgerEntry]) -> Cents:
    """Return the sum of the obligations for `reason`, sent or not, less what was waived of them."""
    entries = list(ledger)
    references = {
        each.refund for each in entries if each.kind in OBLIGATION_KINDS and each.reason is reason
    }
    return sum(
        each.amount if each.kind in OBLIGATION_KINDS else -each.amount
        for each in entries
        if each.refund in references and each.kind in {*OBLIGATION_KINDS, *WAIVER_KINDS.values()}
    )


def total_refundable(payments: Mapping[str, Balance]) -> Cents:
    """Return the greatest amount that `refund_obligations` accepts for these payments."""
    return sum(balance.refundable for balance in payments.values())

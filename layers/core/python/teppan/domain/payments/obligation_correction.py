"""Waivers and restorations: obligations follow the money of their payment (`domain.md §7`)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.refund import open_obligations
from teppan.domain.refund_obligation import WAIVER_KINDS


def waiver_entries(
    payment: str, balance: Balance, ledger: Iterable[LedgerEntry], *, reference: str, at: datetime
) -> Iterator[LedgerEntry]:
    """Yield waivers of the open obligations of `payment` that exceed its money, newest first.

    A lost dispute or a dashboard refund has already returned that money to the customer. While a
    dispute is open its result is unknown, and nothing is waived.
    """
    excess = 0 if balance.at_risk else -balance.uncommitted
    newest_first = reversed([each for each in open_obligations(ledger) if each.payment == payment])
    for number, obligation in enumerate(newest_first, 1):
        if excess <= 0:
            return
        part = min(excess, obligation.amount)
        yield LedgerEntry(
            reference=f"{reference}-{number}",
            kind=WAIVER_KINDS[obligation.kind],
            amount=part,
            at=at,
            payment=payment,
            refund=obligation.reference,
        )
        excess -= part


def restoration_entries(
    payment: str, balance: Balance, ledger: Iterable[LedgerEntry], *, reference: str, at: datetime
) -> Iterator[LedgerEntry]:
    """Yield restorations of waived goodwill, oldest first, up to what `payment` has left.

    Only goodwill is restored: `post_payment` computes anew what a booking owes by the rules.
    """
    entries = [each for each in ledger if each.payment == payment]
    left = 0 if balance.at_risk else balance.refundable
    oldest_first = sorted(entries, key=lambda entry: (entry.at, entry.reference))
    goodwill = [each for each in oldest_first if each.kind is EntryKind.GOODWILL_OWED]
    for number, obligation in enumerate(goodwill, 1):
        related = [each for each in entries if each.refund == obligation.refund]
        # A waiver under the refund's own id is final: staff canceled the refund in the dashboard.
        waived = sum(
            each.amount
            for each in related
            if each.kind is EntryKind.GOODWILL_WAIVED and each.reference != each.refund
        )
        restored = sum(each.amount for each in related if each.kind is EntryKind.GOODWILL_RESTORED)
        if part := min(left, waived - restored):
            yield LedgerEntry(
                reference=f"{reference}-{number}",
                kind=EntryKind.GOODWILL_RESTORED,
                amount=part,
                at=at,
                payment=payment,
                refund=obligation.reference,
            )
            left -= part

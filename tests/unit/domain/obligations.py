"""Ledger entries of a refund: its obligation, and what became of it."""

from typing import Any

from tests.builders import ledger_entry

from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason


def obligation(
    name: str = "p",
    amount: int = 5_000,
    kind: EntryKind = EntryKind.REFUND_OWED,
    **changes: Any,
) -> LedgerEntry:
    """Return an obligation to refund a part of the usual payment."""
    defaults: dict[str, Any] = {
        "reference": name,
        "refund": name,
        "reason": RefundReason.CANCELLATION,
    }
    return ledger_entry(kind, amount, **defaults | changes)


def refund_entry(kind: EntryKind, amount: int = 5_000, **changes: Any) -> LedgerEntry:
    """Return an entry about the refund of the obligation `p`."""
    defaults: dict[str, Any] = {"reference": "re_1", "refund": "p"}
    return ledger_entry(kind, amount, **defaults | changes)

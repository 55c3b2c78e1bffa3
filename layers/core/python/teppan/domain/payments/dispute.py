"""A dispute as Stripe has it, and the ledger entries that follow (`domain.md §7`).

What the ledger enters is the money that Stripe moved, not the dispute's nominal amount or its word.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from teppan.domain.ledger import EntryKind, LedgerEntry, balance_of
from teppan.domain.money import Cents


class DisputeStatus(StrEnum):
    """How a dispute stands: an inquiry has moved no money (yet); `LOST` is closed and not won."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Movement:
    """One balance transaction of a dispute, fees apart: negative cents were withdrawn."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute at Stripe: its nominal `amount`, and the `movements` of money, oldest first."""

    id: str
    amount: Cents
    status: DisputeStatus
    movements: tuple[Movement, ...] = ()


def dispute_entries(
    dispute: Dispute, known: list[LedgerEntry], payment: str, at: datetime
) -> Iterator[LedgerEntry]:
    """Yield what a dispute moved and how it was decided (`§7`).

    The money is what Stripe's balance transactions say; the decision only says whether what is
    still out may come back. A won dispute is open until some of the money is there again.
    """
    life = [entry for entry in known if entry.dispute == dispute.id]
    present = {entry.kind for entry in life}
    if not _tells_more(dispute, life):
        return

    def entry(reference: str, kind: EntryKind, amount: Cents) -> LedgerEntry:
        return LedgerEntry(
            reference=reference,
            kind=kind,
            amount=amount,
            at=at,
            payment=payment,
            dispute=dispute.id,
        )

    new: list[LedgerEntry] = []
    if EntryKind.DISPUTE_OPENED not in present:
        new.append(entry(dispute.id, EntryKind.DISPUTE_OPENED, dispute.amount))
    references = {each.reference for each in life}
    for each in dispute.movements:
        if each.id in references:
            continue
        if each.amount > 0:
            new.append(entry(each.id, EntryKind.DISPUTE_REINSTATED, each.amount))
            continue
        beyond = -each.amount - balance_of([*life, *new]).contested
        if beyond > 0:
            new.append(entry(each.id, EntryKind.DISPUTE_OPENED, beyond))
        new.append(entry(each.id, EntryKind.DISPUTE_WITHDRAWN, -each.amount))
    now = balance_of([*life, *new])
    is_settled = _is_settled(dispute.status, [*life, *new])
    if is_settled and not present & _DECISIONS:
        won = dispute.status is DisputeStatus.WON
        decision = EntryKind.DISPUTE_WON if won else EntryKind.DISPUTE_LOST
        new.append(entry(dispute.id, decision, now.contested))
    yield from new
    if now.disputed < 0 or (is_settled and now.disputed):
        # More came back than was still held: it had been given up as lost.
        kind = EntryKind.DISPUTE_FORFEITED if now.disputed > 0 else EntryKind.DISPUTE_RECOVERED
        used = {each.reference for each in life if each.kind is kind}
        cause = [each.id for each in dispute.movements if each.id not in used][-1]
        yield entry(cause, kind, abs(now.disputed))


def _tells_more(dispute: Dispute, life: list[LedgerEntry]) -> bool:
    """Return whether there may be something to enter.

    An inquiry has moved nothing (yet). Old news lack a movement that the ledger knows.
    """
    if dispute.status is DisputeStatus.INQUIRY and not dispute.movements and not life:
        return False
    known_movements = {entry.reference for entry in life if entry.kind in _MOVEMENTS}
    return known_movements <= {each.id for each in dispute.movements}


def _is_settled(status: DisputeStatus, life: list[LedgerEntry]) -> bool:
    """Return whether what is out now stays out, as far as anybody knows."""
    kinds = {entry.kind for entry in life}
    if status is DisputeStatus.WON and EntryKind.DISPUTE_WITHDRAWN in kinds:
        return EntryKind.DISPUTE_REINSTATED in kinds
    return status in {DisputeStatus.WON, DisputeStatus.LOST}


_MOVEMENTS: Final = frozenset({EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_REINSTATED})
_DECISIONS: Final = frozenset({EntryKind.DISPUTE_WON, EntryKind.DISPUTE_LOST})

"""Disputes at Stripe and the ledger entries that follow from them (`domain.md §7`).

The ledger enters the money that Stripe moved, not the nominal amount or the status of the dispute.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import balance_of
from teppan.domain.money import Cents


class DisputeStatus(StrEnum):
    """The status of a dispute.

    An inquiry has moved no money (yet). `LOST`: closed without being won.
    """

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DisputeMovement:
    """One balance transaction of a dispute, without fees; a withdrawal is negative."""

    id: str
    amount: Cents


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute at Stripe: its nominal `amount` and its `movements` of money, oldest first."""

    id: str
    amount: Cents
    status: DisputeStatus
    movements: tuple[DisputeMovement, ...] = ()


def dispute_entries(
    dispute: Dispute, known: list[LedgerEntry], payment: str, at: datetime
) -> Iterator[LedgerEntry]:
    """Yield the missing entries for the movements, the decision and the loss of a dispute.

    Amounts come from Stripe's balance transactions alone (`domain.md §7`). The status decides only
    whether withdrawn money may still be reinstated. A won dispute stays open until some of its
    money is reinstated.
    """
    related = [entry for entry in known if entry.dispute == dispute.id]
    if not _may_add_entries(dispute, related):
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

    moved = _movement_entries(dispute, related, entry)
    yield from moved
    balance = balance_of([*related, *moved])
    is_decided = _is_decided(dispute.status, [*related, *moved])
    if is_decided and not any(each.kind in _DECISIONS for each in related):
        is_won = dispute.status is DisputeStatus.WON
        decision = EntryKind.DISPUTE_WON if is_won else EntryKind.DISPUTE_LOST
        yield entry(dispute.id, decision, balance.contested)
    if balance.disputed > 0 and is_decided:
        cause = _last_movement(dispute, related, EntryKind.DISPUTE_FORFEITED)
        yield entry(cause, EntryKind.DISPUTE_FORFEITED, balance.disputed)
    if balance.disputed < 0:
        # More was reinstated than was still disputed: that money had been entered as lost.
        cause = _last_movement(dispute, related, EntryKind.DISPUTE_RECOVERED)
        yield entry(cause, EntryKind.DISPUTE_RECOVERED, -balance.disputed)


def _movement_entries(
    dispute: Dispute,
    related: list[LedgerEntry],
    entry: Callable[[str, EntryKind, Cents], LedgerEntry],
) -> list[LedgerEntry]:
    """Return the entry that opens the dispute and those of its movements, if missing."""
    new_entries: list[LedgerEntry] = []
    if all(each.kind is not EntryKind.DISPUTE_OPENED for each in related):
        new_entries.append(entry(dispute.id, EntryKind.DISPUTE_OPENED, dispute.amount))
    references = {each.reference for each in related}
    for movement in dispute.movements:
        if movement.id in references:
            continue
        if movement.amount > 0:
            new_entries.append(entry(movement.id, EntryKind.DISPUTE_REINSTATED, movement.amount))
            continue
        withdrawn = -movement.amount
        uncontested = withdrawn - balance_of([*related, *new_entries]).contested
        if uncontested > 0:
            new_entries.append(entry(movement.id, EntryKind.DISPUTE_OPENED, uncontested))
        new_entries.append(entry(movement.id, EntryKind.DISPUTE_WITHDRAWN, withdrawn))
    return new_entries


def _last_movement(dispute: Dispute, related: list[LedgerEntry], kind: EntryKind) -> str:
    """Return the id of the last movement that no entry of `kind` has as its reference."""
    used = {each.reference for each in related if each.kind is kind}
    return [each.id for each in dispute.movements if each.id not in used][-1]


def _may_add_entries(dispute: Dispute, related: list[LedgerEntry]) -> bool:
    """Return whether the dispute may have new entries.

    An inquiry has moved nothing (yet). An outdated snapshot lacks a movement that the ledger has.
    """
    if dispute.status is DisputeStatus.INQUIRY and not dispute.movements and not related:
        return False
    known_movements = {entry.reference for entry in related if entry.kind in _MOVEMENTS}
    return known_movements <= {each.id for each in dispute.movements}


def _is_decided(status: DisputeStatus, related: list[LedgerEntry]) -> bool:
    """Return whether no further reinstatement is expected."""
    kinds = {entry.kind for entry in related}
    if status is DisputeStatus.WON and EntryKind.DISPUTE_WITHDRAWN in kinds:
        return EntryKind.DISPUTE_REINSTATED in kinds
    return status in {DisputeStatus.WON, DisputeStatus.LOST}


_MOVEMENTS: Final = frozenset({EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_REINSTATED})
_DECISIONS: Final = frozenset({EntryKind.DISPUTE_WON, EntryKind.DISPUTE_LOST})

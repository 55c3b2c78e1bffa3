"""What Stripe says of one payment, and the ledger entries that follow from it (`domain.md §7`).

Entries are only ever added, each once, and none that a later state has overtaken; so it does not
matter in which order, how often, or how stale statements arrive.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason, RefusalReason
from teppan.domain.money import Cents
from teppan.domain.payment import IntentStatus, PaymentType
from teppan.domain.refund import outstanding


class RefundStatus(StrEnum):
    """How a refund stands, in Stripe's words."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class DisputeStatus(StrEnum):
    """How a dispute stands: an inquiry has moved no money (yet)."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund at Stripe; `promise` names ours that it keeps, None when somebody else made it."""

    id: str
    amount: Cents
    status: RefundStatus
    promise: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute at Stripe."""

    id: str
    amount: Cents
    status: DisputeStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A payment at one moment: what was captured and when, its refunds (oldest first), disputes.

    While nothing is captured, `captured_at` is when the intent was made.
    """

    payment: str
    booking_id: str
    type: PaymentType
    attempt: int
    status: IntentStatus
    amount: Cents
    captured: Cents
    captured_at: datetime
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def tells_of_money(self) -> bool:
        """Whether any has moved: an intent that nobody has paid makes no entry."""
        return self.captured > 0


def missing_entries(
    statement: Statement, ledger: Iterable[LedgerEntry], at: datetime, most: int
) -> list[LedgerEntry]:
    """Return the entries that `statement` tells of and `ledger` (of the booking) lacks.

    Once there are `most`, its other refunds have to wait for the next time.
    """
    known = [entry for entry in ledger if entry.payment == statement.payment]
    new: list[LedgerEntry] = []
    if statement.captured and not _kinds(known, statement.payment):
        new.append(
            LedgerEntry(
                reference=statement.payment,
                kind=EntryKind.CAPTURED,
                amount=statement.captured,
                at=statement.captured_at,
                payment=statement.payment,
            )
        )
    # A refund that names its promise comes before one that may only fit it.
    for refund in sorted(statement.refunds, key=lambda each: each.promise is None):
        if len(new) < most:
            new.extend(_of_refund(refund, [*known, *new], statement.payment, at))
    for dispute in statement.disputes:
        new.extend(_of_dispute(dispute, known, statement.payment, at))
    return new


def _of_refund(
    refund: Refund, known: list[LedgerEntry], payment: str, at: datetime
) -> Iterator[LedgerEntry]:
    present = _kinds(known, refund.id)
    kept = _promise(refund, known)

    def entry(kind: EntryKind, reason: RefundReason | RefusalReason | None = None) -> LedgerEntry:
        return LedgerEntry(
            reference=refund.id,
            kind=kind,
            amount=refund.amount,
            at=at,
            payment=payment,
            refund=kept or refund.id,
            reason=reason,
        )

    if kept is None:
        named = refund.promise is not None
        why = RefundReason.UNMATCHED if named else RefundReason.DASHBOARD
        yield entry(EntryKind.GOODWILL_OWED, why)
    made_elsewhere = (kept or refund.id) == refund.id
    withdrawn = refund.status is RefundStatus.CANCELED and made_elsewhere
    for kind in _stages(refund.status, present):
        if kind not in present:
            ended = withdrawn and kind is EntryKind.REFUND_FAILED
            yield entry(kind, RefusalReason.WITHDRAWN if ended else None)
    if withdrawn and EntryKind.GOODWILL_WAIVED not in present:
        yield entry(EntryKind.GOODWILL_WAIVED)


def _promise(refund: Refund, known: list[LedgerEntry]) -> str | None:
    """Return the reference of the promise that the refund keeps, if there is one.

    A refund that somebody made in the dashboard keeps an open promise of just that amount: it is
    how staff settle a refund that had failed.
    """
    for entry in known:
        if entry.reference == refund.id:
            return entry.refund
    still_owed = outstanding(known)
    if refund.promise is not None:
        fits = (
            each.promise == refund.promise and each.amount >= refund.amount for each in still_owed
        )
        return refund.promise if any(fits) else None
    return next((each.promise for each in still_owed if each.amount == refund.amount), None)


def _stages(status: RefundStatus, present: set[EntryKind]) -> list[EntryKind]:
    """Return the entries of a refund's way to `status`; what has failed does not succeed again."""
    stages = [EntryKind.REFUND_SENT]
    if status in {RefundStatus.FAILED, RefundStatus.CANCELED}:
        if EntryKind.REFUNDED in present:
            stages.append(EntryKind.REFUND_REVERSED)
        stages.append(EntryKind.REFUND_FAILED)
    elif status is RefundStatus.SUCCEEDED and EntryKind.REFUND_FAILED not in present:
        stages.append(EntryKind.REFUNDED)
    return stages


def _of_dispute(
    dispute: Dispute, known: list[LedgerEntry], payment: str, at: datetime
) -> Iterator[LedgerEntry]:
    """Yield the dispute's way to its status; its end is of the amount that was entered first."""
    present = _kinds(known, dispute.id)
    amounts = [entry.amount for entry in known if entry.reference == dispute.id]
    amount = amounts[0] if amounts else dispute.amount
    stages = {
        DisputeStatus.INQUIRY: [],
        DisputeStatus.OPEN: [EntryKind.DISPUTE_OPENED],
        DisputeStatus.LOST: [EntryKind.DISPUTE_OPENED, EntryKind.DISPUTE_LOST],
        DisputeStatus.WON: [EntryKind.DISPUTE_OPENED, EntryKind.DISPUTE_WON],
    }[dispute.status]
    decided = present & {EntryKind.DISPUTE_WON, EntryKind.DISPUTE_LOST}
    if EntryKind.DISPUTE_LOST in present and dispute.status is DisputeStatus.WON:
        stages = [EntryKind.DISPUTE_REINSTATED]
    elif decided:
        return
    for kind in stages:
        if kind not in present:
            yield LedgerEntry(
                reference=dispute.id, kind=kind, amount=amount, at=at, payment=payment
            )


def _kinds(entries: Iterable[LedgerEntry], reference: str) -> set[EntryKind]:
    return {entry.kind for entry in entries if entry.reference == reference}

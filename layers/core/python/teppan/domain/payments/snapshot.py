"""What Stripe says of one payment, and the ledger entries that follow from it (`domain.md §7`).

Entries are only ever added, each once, and none that a later state has overtaken; so it does not
matter in which order, how often, or how stale statements arrive.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from teppan.domain.bookings.dues import PaymentType
from teppan.domain.ledger import (
    EntryKind,
    LedgerEntry,
    RefundReason,
    RefusalReason,
)
from teppan.domain.money import Cents
from teppan.domain.payments.attempt import IntentStatus
from teppan.domain.payments.dispute import Dispute, dispute_entries
from teppan.domain.payments.refund import open_obligations


class ProviderRefundStatus(StrEnum):
    """How a refund stands, in Stripe's words."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """One refund at Stripe; `promise` names ours that it keeps, None when somebody else made it."""

    id: str
    amount: Cents
    status: ProviderRefundStatus
    promise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSnapshot:
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
    refunds: tuple[ProviderRefund, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def has_captured(self) -> bool:
        """Whether any has moved: an intent that nobody has paid makes no entry."""
        return self.captured > 0


def missing_entries(
    snapshot: PaymentSnapshot, ledger: Iterable[LedgerEntry], at: datetime, most: int
) -> list[LedgerEntry]:
    """Return the entries that `snapshot` tells of and `ledger` (of the booking) lacks.

    Once there are `most`, the others have to wait for the next time.
    """
    known = [entry for entry in ledger if entry.payment == snapshot.payment]
    new: list[LedgerEntry] = []
    if snapshot.captured and not _kinds(known, snapshot.payment):
        new.append(
            LedgerEntry(
                reference=snapshot.payment,
                kind=EntryKind.CAPTURED,
                amount=snapshot.captured,
                at=snapshot.captured_at,
                payment=snapshot.payment,
            )
        )
    for dispute in snapshot.disputes:
        if len(new) < most:
            new.extend(dispute_entries(dispute, known, snapshot.payment, at))
    # A refund that names its promise comes before one that may only fit it.
    for refund in sorted(snapshot.refunds, key=lambda each: each.promise is None):
        for part in _of_refund(refund, [*known, *new], snapshot.payment, at):
            if len(new) < most:
                new.extend(part)
    return new


def _of_refund(
    refund: ProviderRefund, known: list[LedgerEntry], payment: str, at: datetime
) -> Iterator[list[LedgerEntry]]:
    """Yield a refund's way to its status, promise by promise that it keeps.

    What it keeps is decided once, when it is first seen: `refund_sent` tells.
    """
    life = [each for each in known if each.reference == refund.id]
    sent = {each.refund or "": each.amount for each in life if each.kind is EntryKind.REFUND_SENT}
    left = refund.amount - sum(sent.values())
    for promise, amount in [*sent.items(), *_kept_promises(refund, left, known)]:
        present = {each.kind for each in life if each.refund == promise}
        yield [
            LedgerEntry(
                reference=refund.id,
                kind=kind,
                amount=amount,
                at=at,
                payment=payment,
                refund=promise,
                reason=reason,
            )
            for kind, reason in _stages(refund, promise, present)
            if kind not in present
        ]


def _kept_promises(
    refund: ProviderRefund, amount: Cents, known: list[LedgerEntry]
) -> Iterator[tuple[str, Cents]]:
    """Yield which open promises `amount` of a refund keeps, and how much of each (`§7`).

    The one that it names comes first, then the oldest. What is beyond all of them is a promise of
    the refund's own, under its id.
    """
    still_owed = sorted(open_obligations(known), key=lambda each: each.promise != refund.promise)
    for each in still_owed:
        if part := min(amount, each.amount):
            yield each.promise, part
            amount -= part
    if amount:
        yield refund.id, amount


def _stages(
    refund: ProviderRefund, promise: str, present: set[EntryKind]
) -> Iterator[tuple[EntryKind, RefundReason | RefusalReason | None]]:
    """Yield the entries of a refund's way to its status; what failed does not succeed again.

    A refund without a promise of ours begins with its own, and staff who cancel it take that back.
    """
    is_own = promise == refund.id
    if is_own:
        named = refund.promise is not None
        yield (
            EntryKind.GOODWILL_OWED,
            RefundReason.UNMATCHED if named else RefundReason.DASHBOARD,
        )
    yield EntryKind.REFUND_SENT, None
    if refund.status in {ProviderRefundStatus.FAILED, ProviderRefundStatus.CANCELED}:
        withdrawn = is_own and refund.status is ProviderRefundStatus.CANCELED
        if EntryKind.REFUNDED in present:
            yield EntryKind.REFUND_REVERSED, None
        yield EntryKind.REFUND_FAILED, RefusalReason.WITHDRAWN if withdrawn else None
        if withdrawn:
            yield EntryKind.GOODWILL_WAIVED, None
    elif refund.status is ProviderRefundStatus.SUCCEEDED and EntryKind.REFUND_FAILED not in present:
        yield EntryKind.REFUNDED, None


def _kinds(entries: Iterable[LedgerEntry], reference: str) -> set[EntryKind]:
    return {entry.kind for entry in entries if entry.reference == reference}

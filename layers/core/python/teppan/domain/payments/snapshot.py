"""Payment snapshots from Stripe and the ledger entries that follow from them (`domain.md §7`).

Each entry is added once and never changed, and an outdated snapshot adds nothing that a newer one
contradicts. So snapshots may arrive in any order, any number of times, and late.
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
    """The status of a refund, with Stripe's values."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """One refund at Stripe; `obligation` names the one it fulfils, None for a dashboard refund."""

    id: str
    amount: Cents
    status: ProviderRefundStatus
    obligation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSnapshot:
    """The state of a payment at one moment: its capture, refunds (oldest first) and disputes.

    While nothing is captured, `captured_at` is when the payment intent was created.
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
        """Whether the payment captured money; an unpaid intent makes no entry."""
        return self.captured > 0


def missing_entries(
    snapshot: PaymentSnapshot, ledger: Iterable[LedgerEntry], at: datetime, max_entries: int
) -> list[LedgerEntry]:
    """Return the entries that follow from `snapshot` and are not in the booking's `ledger`.

    Once there are `max_entries` or more, the rest is left for the next call.
    """
    known = [entry for entry in ledger if entry.payment == snapshot.payment]
    new_entries: list[LedgerEntry] = []
    if snapshot.captured and all(entry.reference != snapshot.payment for entry in known):
        new_entries.append(
            LedgerEntry(
                reference=snapshot.payment,
                kind=EntryKind.CAPTURED,
                amount=snapshot.captured,
                at=snapshot.captured_at,
                payment=snapshot.payment,
            )
        )
    for dispute in snapshot.disputes:
        if len(new_entries) < max_entries:
            new_entries.extend(dispute_entries(dispute, known, snapshot.payment, at))
    # A refund that names its obligation comes first, so that no dashboard refund fulfils it.
    for refund in sorted(snapshot.refunds, key=lambda each: each.obligation is None):
        for part in _refund_entries(refund, [*known, *new_entries], snapshot.payment, at):
            if len(new_entries) < max_entries:
                new_entries.extend(part)
    return new_entries


def _refund_entries(
    refund: ProviderRefund, known: list[LedgerEntry], payment: str, at: datetime
) -> Iterator[list[LedgerEntry]]:
    """Yield the missing entries of a refund, one list for each obligation that it fulfils.

    The obligations are chosen once, when the refund is first seen. Its `refund_sent` entries record
    them.
    """
    related = [each for each in known if each.reference == refund.id]
    sent = {
        each.refund or "": each.amount for each in related if each.kind is EntryKind.REFUND_SENT
    }
    left = refund.amount - sum(sent.values())
    for obligation, amount in [*sent.items(), *_fulfilled_obligations(refund, left, known)]:
        present = {each.kind for each in related if each.refund == obligation}
        yield [
            LedgerEntry(
                reference=refund.id,
                kind=kind,
                amount=amount,
                at=at,
                payment=payment,
                refund=obligation,
                reason=reason,
            )
            for kind, reason in _stages(refund, obligation, present)
            if kind not in present
        ]


def _fulfilled_obligations(
    refund: ProviderRefund, amount: Cents, known: list[LedgerEntry]
) -> Iterator[tuple[str, Cents]]:
    """Yield the open obligations that `amount` of a refund fulfils, and how much of each.

    The obligation that the refund names comes first, then the oldest. The amount beyond all of them
    is goodwill: a new obligation whose reference is the id of the refund (`domain.md §7`).
    """
    still_owed = sorted(
        open_obligations(known), key=lambda each: each.reference != refund.obligation
    )
    for each in still_owed:
        if part := min(amount, each.amount):
            yield each.reference, part
            amount -= part
    if amount:
        yield refund.id, amount


def _stages(
    refund: ProviderRefund, obligation: str, present: set[EntryKind]
) -> Iterator[tuple[EntryKind, RefundReason | RefusalReason | None]]:
    """Yield the kinds of entry that lead a refund to its status, each with its reason.

    A refund that has failed never succeeds again. A dashboard refund beyond our obligations starts
    with goodwill under its own id, which is waived if staff cancel the refund.
    """
    is_goodwill = obligation == refund.id
    if is_goodwill:
        names_obligation = refund.obligation is not None
        yield (
            EntryKind.GOODWILL_OWED,
            RefundReason.UNMATCHED if names_obligation else RefundReason.DASHBOARD,
        )
    yield EntryKind.REFUND_SENT, None
    if refund.status in {ProviderRefundStatus.FAILED, ProviderRefundStatus.CANCELED}:
        is_canceled_by_staff = is_goodwill and refund.status is ProviderRefundStatus.CANCELED
        if EntryKind.REFUNDED in present:
            yield EntryKind.REFUND_REVERSED, None
        yield (
            EntryKind.REFUND_FAILED,
            RefusalReason.CANCELED_BY_STAFF if is_canceled_by_staff else None,
        )
        if is_canceled_by_staff:
            yield EntryKind.GOODWILL_WAIVED, None
    elif refund.status is ProviderRefundStatus.SUCCEEDED and EntryKind.REFUND_FAILED not in present:
        yield EntryKind.REFUNDED, None

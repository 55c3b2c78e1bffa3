"""Refunds (`domain.md §6-7`): promised first, at most what was captured, then sent until kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from teppan.domain.ledger import (
    OBLIGATION_KINDS,
    Balance,
    EntryKind,
    LedgerEntry,
    RefusalReason,
)
from teppan.domain.money import Cents
from teppan.domain.policy import Policy
from teppan.domain.refund_obligation import WAIVERS


class RefundStatus(StrEnum):
    """How a refund stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


_ENDED_ATTEMPTS = frozenset({EntryKind.REFUND_FAILED, EntryKind.REFUND_REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundObligation:
    """A promise of which `amount` has yet to be sent; `failed_at` is when it last failed.

    `attempt` counts how often it was tried, so that each has an idempotency key of its own;
    `erred_at` is when Stripe last failed itself, and may still have been at it. `refusals` counts
    how often Stripe has refused it; one that `is_final` it has refused for good.
    """

    promise: str
    kind: EntryKind
    payment: str
    amount: Cents
    attempt: int
    failed_at: datetime | None
    erred_at: datetime | None
    refusals: int = 0
    is_final: bool = False

    @property
    def name(self) -> str:
        """What this attempt is called, for its idempotency key and its refusal."""
        return f"{self.promise}:{self.attempt}:{self.amount}"


@dataclass(frozen=True, slots=True)
class SendResult:
    """What settling refunds came to: new entries, and Stripe's word for each it would not make."""

    entries: tuple[LedgerEntry, ...] = ()
    refused: tuple[str, ...] = ()


def open_obligations(ledger: Iterable[LedgerEntry]) -> list[RefundObligation]:
    """Return what was promised and is not with Stripe, in the order in which it was promised."""
    entries = sorted(ledger, key=lambda entry: (entry.at, entry.reference))
    return [
        each
        for entry in entries
        if entry.kind in OBLIGATION_KINDS
        if (each := _outstanding_part(entry, entries))
    ]


def _outstanding_part(promise: LedgerEntry, ledger: list[LedgerEntry]) -> RefundObligation | None:
    life = [entry for entry in ledger if entry.refund == promise.refund]
    refused = [entry for entry in life if entry.kind in _ENDED_ATTEMPTS]
    erred = [each.at for each in refused if each.reason is RefusalReason.PROVIDER_ERROR]
    failed = [each.at for each in refused if each.reason is not RefusalReason.PROVIDER_ERROR]
    sums = {kind: sum(each.amount for each in life if each.kind is kind) for kind in EntryKind}
    amount = (
        promise.amount
        - sums[EntryKind.REFUND_SENT]
        + sums[EntryKind.REFUND_FAILED]
        - sums[WAIVERS[promise.kind]]
        + sums[EntryKind.GOODWILL_RESTORED]
    )
    if amount <= 0:
        return None
    return RefundObligation(
        promise=promise.reference,
        kind=promise.kind,
        payment=promise.payment,
        amount=amount,
        attempt=len(refused) + 1,
        failed_at=max(failed, default=None),
        erred_at=max(erred, default=None),
        refusals=sum(each.reason is RefusalReason.REFUSED for each in refused),
        is_final=_is_refused_for_good(refused, ledger, promise.payment),
    )


def _is_refused_for_good(
    refused: list[LedgerEntry], ledger: list[LedgerEntry], payment: str
) -> bool:
    """Return whether a refusal was final, and no dispute has given money of the payment back since.

    A payment whose dispute was lost takes no refund; reversed, the same payment takes it again.
    """
    finals = [each.at for each in refused if each.reason is RefusalReason.FINAL]
    return bool(finals) and not any(
        each.kind is EntryKind.DISPUTE_REINSTATED
        and each.payment == payment
        and each.at >= max(finals)
        for each in ledger
    )


def refund_status(entries: Iterable[LedgerEntry]) -> RefundStatus:
    """Return how a refund stands, by the entries of its promises.

    It is `canceled` when all of it was taken back, `failed` while the last try of any of it failed,
    `succeeded` once all that is left of it has arrived.
    """
    life = list(entries)
    sums = {kind: sum(each.amount for each in life if each.kind is kind) for kind in EntryKind}
    wanted = sum(sums[kind] - sums[waiver] for kind, waiver in WAIVERS.items())
    wanted += sums[EntryKind.GOODWILL_RESTORED]
    arrived = sums[EntryKind.REFUNDED] - sums[EntryKind.REFUND_REVERSED]
    if not wanted:
        return RefundStatus.CANCELED
    if any(each.failed_at for each in open_obligations(life)):
        return RefundStatus.FAILED
    return RefundStatus.SUCCEEDED if arrived >= wanted else RefundStatus.PENDING


def refusal_entry(refund: RefundObligation, reason: RefusalReason, at: datetime) -> LedgerEntry:
    """Return the entry that an attempt came to nothing at Stripe; it moves no money."""
    return LedgerEntry(
        reference=refund.name,
        kind=EntryKind.REFUND_REFUSED,
        amount=refund.amount,
        at=at,
        payment=refund.payment,
        refund=refund.promise,
        reason=reason,
    )


def refusal_reason(refund: RefundObligation, policy: Policy, *, is_final: bool) -> RefusalReason:
    """Return the reason to enter for a refusal of Stripe's, which says whether it `is_final`.

    What was refused often enough is not tried again either, whatever Stripe says (`domain.md §7`).
    """
    too_often = refund.refusals + 1 >= policy.refund_refusals
    return RefusalReason.FINAL if is_final or too_often else RefusalReason.REFUSED


def may_be_sent_at(refund: RefundObligation, policy: Policy) -> datetime:
    """Return from when on the refund may be tried (again); what is refused for good never is."""
    if refund.is_final:
        return datetime.max.replace(tzinfo=UTC)
    waits = (
        (refund.failed_at, policy.refund_retry),
        (refund.erred_at, policy.refund_retry_after_error),
    )
    return max((at + wait for at, wait in waits if at), default=datetime.min.replace(tzinfo=UTC))


def waivers(
    payment: str, balance: Balance, ledger: Iterable[LedgerEntry], *, reference: str, at: datetime
) -> Iterator[LedgerEntry]:
    """Take back, newest first, what is promised of `payment` beyond what it still holds.

    A dispute that was lost, or a refund in the dashboard, has given that money back already. While
    a dispute is open nobody knows, and nothing is taken back.
    """
    excess = 0 if balance.at_risk else -balance.uncommitted
    newest_first = reversed([each for each in open_obligations(ledger) if each.payment == payment])
    for number, promise in enumerate(newest_first, 1):
        if excess <= 0:
            return
        part = min(excess, promise.amount)
        yield LedgerEntry(
            reference=f"{reference}-{number}",
            kind=WAIVERS[promise.kind],
            amount=part,
            at=at,
            payment=payment,
            refund=promise.promise,
        )
        excess -= part


def restorations(
    payment: str, balance: Balance, ledger: Iterable[LedgerEntry], *, reference: str, at: datetime
) -> Iterator[LedgerEntry]:
    """Make promises of staff anew, oldest first, as far as money of `payment` is there again.

    They were taken back for want of it. What a booking owes by the rules is worked out anew.
    """
    entries = [each for each in ledger if each.payment == payment]
    left = 0 if balance.at_risk else balance.refundable
    oldest_first = sorted(entries, key=lambda entry: (entry.at, entry.reference))
    promised = [each for each in oldest_first if each.kind is EntryKind.GOODWILL_OWED]
    for number, promise in enumerate(promised, 1):
        life = [each for each in entries if each.refund == promise.refund]
        # What staff withdrew in the dashboard is waived under the refund's own id, and for good.
        waived = sum(
            each.amount
            for each in life
            if each.kind is EntryKind.GOODWILL_WAIVED and each.reference != each.refund
        )
        restored = sum(each.amount for each in life if each.kind is EntryKind.GOODWILL_RESTORED)
        if part := min(left, waived - restored):
            yield LedgerEntry(
                reference=f"{reference}-{number}",
                kind=EntryKind.GOODWILL_RESTORED,
                amount=part,
                at=at,
                payment=payment,
                refund=promise.reference,
            )
            left -= part

"""Refunds (`domain.md §6-7`): a refund is an obligation first, then sent until it succeeds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from teppan.domain.ledger import (
    OBLIGATION_KINDS,
    EntryKind,
    LedgerEntry,
    RefusalReason,
)
from teppan.domain.money import Cents
from teppan.domain.policy import Policy
from teppan.domain.refund_obligation import WAIVER_KINDS


class RefundStatus(StrEnum):
    """The status of a refund."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


_ENDED_ATTEMPTS = frozenset({EntryKind.REFUND_FAILED, EntryKind.REFUND_REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundObligation:
    """An open refund obligation: `amount` is what is not sent yet, `reference` its reference.

    `attempt` is the number of the next attempt; each has its own idempotency key. `failed_at` is
    when an attempt last failed or was refused. `erred_at` is when Stripe last answered with an
    error of its own; it may have created that refund. `refusals` counts the temporary refusals.
    `is_final` is true after a final one.
    """

    reference: str
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
        """The name of this attempt, used for its idempotency key and its refusal entry."""
        return f"{self.reference}:{self.attempt}:{self.amount}"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of sending refunds: the new entries, and Stripe's error code of each refusal."""

    entries: tuple[LedgerEntry, ...] = ()
    refused: tuple[str, ...] = ()


def open_obligations(ledger: Iterable[LedgerEntry]) -> list[RefundObligation]:
    """Return the obligations that are not sent completely, oldest first."""
    entries = sorted(ledger, key=lambda entry: (entry.at, entry.reference))
    return [
        each
        for entry in entries
        if entry.kind in OBLIGATION_KINDS
        if (each := _outstanding_part(entry, entries))
    ]


def _outstanding_part(
    obligation: LedgerEntry, ledger: list[LedgerEntry]
) -> RefundObligation | None:
    related = [entry for entry in ledger if entry.refund == obligation.refund]
    ended = [entry for entry in related if entry.kind in _ENDED_ATTEMPTS]
    erred_at = [each.at for each in ended if each.reason is RefusalReason.PROVIDER_ERROR]
    failed_at = [each.at for each in ended if each.reason is not RefusalReason.PROVIDER_ERROR]
    sums = _sums_by_kind(related)
    amount = (
        obligation.amount
        - sums[EntryKind.REFUND_SENT]
        + sums[EntryKind.REFUND_FAILED]
        - sums[WAIVER_KINDS[obligation.kind]]
        + sums[EntryKind.GOODWILL_RESTORED]
    )
    if amount <= 0:
        return None
    return RefundObligation(
        reference=obligation.reference,
        kind=obligation.kind,
        payment=obligation.payment,
        amount=amount,
        attempt=len(ended) + 1,
        failed_at=max(failed_at, default=None),
        erred_at=max(erred_at, default=None),
        refusals=sum(each.reason is RefusalReason.REFUSED for each in ended),
        is_final=_is_refused_for_good(ended, ledger, obligation.payment),
    )


def _is_refused_for_good(ended: list[LedgerEntry], ledger: list[LedgerEntry], payment: str) -> bool:
    """Return whether a refusal was final and no dispute was reinstated since.

    Stripe refuses to refund a payment whose dispute was lost. After a reinstatement it accepts the
    refund again.
    """
    final_at = [each.at for each in ended if each.reason is RefusalReason.FINAL]
    return bool(final_at) and not any(
        each.kind is EntryKind.DISPUTE_REINSTATED
        and each.payment == payment
        and each.at >= max(final_at)
        for each in ledger
    )


def _sums_by_kind(entries: Iterable[LedgerEntry]) -> Counter[EntryKind]:
    sums: Counter[EntryKind] = Counter()
    for entry in entries:
        sums[entry.kind] += entry.amount
    return sums


def refund_status(entries: Iterable[LedgerEntry]) -> RefundStatus:
    """Return the status of a refund from the entries of its obligations.

    It is `canceled` if all of it was waived, `failed` while the last attempt of any part failed,
    and `succeeded` once all that was not waived has arrived.
    """
    related = list(entries)
    sums = _sums_by_kind(related)
    owed = sum(sums[kind] - sums[waiver] for kind, waiver in WAIVER_KINDS.items())
    owed += sums[EntryKind.GOODWILL_RESTORED]
    arrived = sums[EntryKind.REFUNDED] - sums[EntryKind.REFUND_REVERSED]
    if not owed:
        return RefundStatus.CANCELED
    if any(each.failed_at for each in open_obligations(related)):
        return RefundStatus.FAILED
    return RefundStatus.SUCCEEDED if arrived >= owed else RefundStatus.PENDING


def refusal_entry(refund: RefundObligation, reason: RefusalReason, at: datetime) -> LedgerEntry:
    """Return the entry for an attempt that Stripe refused; it moves no money."""
    return LedgerEntry(
        reference=refund.name,
        kind=EntryKind.REFUND_REFUSED,
        amount=refund.amount,
        at=at,
        payment=refund.payment,
        refund=refund.reference,
        reason=reason,
    )


def refusal_reason(refund: RefundObligation, policy: Policy, *, is_final: bool) -> RefusalReason:
    """Return the reason to enter for a refusal that Stripe calls final (`is_final`) or temporary.

    A refusal that reaches the limit of the policy is final in any case (`domain.md §7`).
    """
    is_limit_reached = refund.refusals + 1 >= policy.refund_refusals
    return RefusalReason.FINAL if is_final or is_limit_reached else RefusalReason.REFUSED


def may_be_sent_at(refund: RefundObligation, policy: Policy) -> datetime:
    """Return the instant from which the refund may be sent; a final refusal is never sent again."""
    if refund.is_final:
        return datetime.max.replace(tzinfo=UTC)
    waits = (
        (refund.failed_at, policy.refund_retry),
        (refund.erred_at, policy.refund_retry_after_error),
    )
    return max((at + wait for at, wait in waits if at), default=datetime.min.replace(tzinfo=UTC))

"""The payment ledger of a booking: a set of immutable entries, each about one payment.

See `domain.md §4, §7`. Amounts are US cents.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from teppan.domain.money import Cents


class EntryKind(StrEnum):
    """The meaning of an entry's amount."""

    CAPTURED = "captured"
    REFUND_OWED = "refund_owed"
    """A refund obligation that undoes (part of) a payment: the amount is no longer credited."""
    GOODWILL_OWED = "goodwill_owed"
    """A refund obligation granted by staff. The payment stays credited: nothing is due again."""
    REFUND_WAIVED = "refund_waived"
    GOODWILL_WAIVED = "goodwill_waived"
    GOODWILL_RESTORED = "goodwill_restored"
    """A waived goodwill obligation is owed again, because the payment has money again."""
    REFUND_SENT = "refund_sent"
    REFUNDED = "refunded"
    REFUND_REVERSED = "refund_reversed"
    """A refund failed after it had succeeded; a `REFUND_FAILED` entry accompanies this one."""
    REFUND_FAILED = "refund_failed"
    REFUND_REFUSED = "refund_refused"
    """Stripe refused to create the refund; the next attempt needs a new idempotency key."""
    DISPUTE_OPENED = "dispute_opened"
    """A bank contests this much of the payment, in addition to earlier entries; moves no money."""
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    """Stripe withdrew money for a dispute; the reference is the balance transaction."""
    DISPUTE_REINSTATED = "dispute_reinstated"
    """Stripe reinstated money of a dispute; the reference is the balance transaction."""
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    """The bank's decision; the amount is what was contested but never withdrawn, usually 0."""
    DISPUTE_FORFEITED = "dispute_forfeited"
    """Money of a decided dispute that was withdrawn and not reinstated is lost."""
    DISPUTE_RECOVERED = "dispute_recovered"
    """Money that was entered as lost was reinstated."""


class RefundReason(StrEnum):
    """Why a refund obligation exists."""

    CANCELLATION = "cancellation"
    OVERDUE = "overdue"
    LATE_PAYMENT = "late_payment"
    OVERPAYMENT = "overpayment"
    STAFF = "staff"
    DASHBOARD = "dashboard"
    UNMATCHED = "unmatched"
    """The refund names an obligation that is fulfilled already: staff must look at it."""


class RefusalReason(StrEnum):
    """Why a refund was not made or did not stand."""

    REFUSED = "refused"
    """A temporary refusal: the refund is tried again."""
    FINAL = "final"
    """A permanent refusal: not tried again, and owed until staff refund it in the dashboard."""
    CANCELED_BY_STAFF = "withdrawn"
    """Staff created the refund in the dashboard and canceled it there: nothing is owed."""
    PROVIDER_ERROR = "provider_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One immutable entry of a booking's ledger; `reference` and `kind` identify it.

    `reference` is Stripe's id of the payment, refund or movement, or our id of an obligation.
    `payment` is the id of the payment intent. `refund` is the reference of the obligation, for
    entries about a refund. `dispute` is Stripe's id of the dispute, for entries about a dispute.
    """

    reference: str
    kind: EntryKind
    amount: Cents
    at: datetime
    payment: str
    refund: str | None = None
    reason: RefundReason | RefusalReason | None = None
    dispute: str | None = None


_BEFORE_REFUNDS: Final = frozenset(
    {
        EntryKind.CAPTURED,
        EntryKind.DISPUTE_OPENED,
        EntryKind.DISPUTE_WITHDRAWN,
        EntryKind.DISPUTE_REINSTATED,
        EntryKind.DISPUTE_WON,
        EntryKind.DISPUTE_LOST,
        EntryKind.DISPUTE_FORFEITED,
        EntryKind.DISPUTE_RECOVERED,
    }
)

OBLIGATION_KINDS: Final = frozenset({EntryKind.REFUND_OWED, EntryKind.GOODWILL_OWED})
"""The kinds of entry that create a refund obligation."""


def sorted_entries(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Return the entries by time, those of the same second in the order of a payment's lifecycle.

    Disputes come before refunds, because a dispute may cause or waive a refund obligation.
    """
    lifecycle = sorted(EntryKind, key=lambda kind: kind not in _BEFORE_REFUNDS)
    return sorted(entries, key=lambda each: (each.at, lifecycle.index(each.kind), each.reference))

"""The payment ledger of a booking and what follows from it (`domain.md §4, §7`). US cents.

The ledger is a set of immutable entries, each about one payment. A booking carries the `Balance` of
each of its payments, written in the same transaction as every entry, so that whoever reads the
booking knows what was paid.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import reduce
from types import MappingProxyType
from typing import Final

from teppan.domain.money import Cents


class EntryKind(StrEnum):
    """What an entry says of its amount."""

    CAPTURED = "captured"
    REFUND_OWED = "refund_owed"
    """We promise to undo (part of) a payment: it no longer counts as paid."""
    GOODWILL_OWED = "goodwill_owed"
    """Staff give something back; what was paid stays paid, so nothing becomes due again."""
    REFUND_WAIVED = "refund_waived"
    GOODWILL_WAIVED = "goodwill_waived"
    GOODWILL_RESTORED = "goodwill_restored"
    """The money for a promise that was taken back is there again."""
    REFUND_SENT = "refund_sent"
    REFUNDED = "refunded"
    REFUND_REVERSED = "refund_reversed"
    """A refund that had succeeded has failed after all; a `REFUND_FAILED` goes with it."""
    REFUND_FAILED = "refund_failed"
    REFUND_REFUSED = "refund_refused"
    """Stripe would not make it; the next try needs another idempotency key."""
    DISPUTE_OPENED = "dispute_opened"
    """A bank contests so much of the payment (more than before); it moves no money."""
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    """Stripe took money for a dispute; named by the balance transaction."""
    DISPUTE_REINSTATED = "dispute_reinstated"
    """Stripe gave money of a dispute back; named by the balance transaction."""
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    """How the bank decided; the amount is what was contested and never withdrawn, mostly 0."""
    DISPUTE_FORFEITED = "dispute_forfeited"
    """What a decided dispute took and did not give back is lost."""
    DISPUTE_RECOVERED = "dispute_recovered"
    """Money that was given up as lost has come back."""


class RefundReason(StrEnum):
    """Why a refund was promised."""

    CANCELLATION = "cancellation"
    OVERDUE = "overdue"
    LATE_PAYMENT = "late_payment"
    OVERPAYMENT = "overpayment"
    STAFF = "staff"
    DASHBOARD = "dashboard"
    UNMATCHED = "unmatched"
    """It names a promise of ours that is kept already: somebody has to look at it."""


class RefusalReason(StrEnum):
    """Why Stripe did not make a refund."""

    REFUSED = "refused"
    """Not for now: it is tried again."""
    FINAL = "final"
    """Not ever: it is not tried again, and stays owed until staff settle it in the dashboard."""
    WITHDRAWN = "withdrawn"
    """Staff have cancelled in the dashboard what they had begun there: nothing is owed."""
    PROVIDER_ERROR = "provider_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One immutable fact about a booking's money; `reference` and `kind` make it unique.

    `reference` is Stripe's id of the thing, or ours of a promise; `payment` is the payment intent
    that it is about; `refund`, in the life of a refund, is the reference of the promise, and
    `dispute`, in the life of a dispute, Stripe's id of it.
    """

    reference: str
    kind: EntryKind
    amount: Cents
    at: datetime
    payment: str
    refund: str | None = None
    reason: RefundReason | RefusalReason | None = None
    dispute: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of a ledger.

    `captured` was taken in; `refund_owed` is promised back, `refund_sent` on its way there,
    `refunded` there; `returned` is the part of all promises that undoes a payment; `disputed` was
    withdrawn for disputes and not given back, `lost` is the part of what was withdrawn that is
    given up; `contested` is what open disputes are about and have not withdrawn (yet).
    """

    captured: Cents = 0
    refund_owed: Cents = 0
    refund_sent: Cents = 0
    refunded: Cents = 0
    returned: Cents = 0
    disputed: Cents = 0
    lost: Cents = 0
    contested: Cents = 0

    @property
    def in_flight(self) -> Cents:
        """What is on its way back: promised or sent."""
        return self.refund_owed + self.refund_sent

    @property
    def uncommitted(self) -> Cents:
        """What is left of the captured amount after all that went, or is to go; may be negative."""
        return self.captured - self.refunded - self.in_flight - self.disputed - self.lost

    @property
    def at_provider(self) -> Cents:
        """What of it is in Stripe's balance: what was sent, or is in dispute, has left it."""
        return self.captured - self.refunded - self.refund_sent - self.disputed - self.lost

    @property
    def at_risk(self) -> Cents:
        """What open disputes hold or may yet take; Stripe refunds nothing of the payment then."""
        return self.disputed + self.contested

    @property
    def refundable(self) -> Cents:
        """What was captured and is still ours to give back: the base of a refund (`§6`)."""
        gained = max(0, -self.lost)  # by a dispute that gave back more than it took
        return max(0, self.uncommitted - gained - self.contested)

    @property
    def paid(self) -> Cents:
        """What the customer has paid: captured and not lost in a dispute, refunds apart."""
        return max(0, self.captured - self.lost)

    @property
    def credited(self) -> Cents:
        """What counts towards the total: what was paid, less what obligations undo."""
        return max(0, self.captured - self.lost - self.returned)

    @property
    def kept(self) -> Cents:
        """What stays with us once all refunds have arrived (`§7`); open disputes count as ours."""
        return self.captured - self.refunded - self.in_flight - self.lost

    def __add__(self, other: "Balance") -> "Balance":
        """Return the sums of two ledgers."""
        return Balance(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )


EFFECTS: Final[Mapping[EntryKind, Balance]] = MappingProxyType(
    {
        EntryKind.CAPTURED: Balance(captured=1),
        EntryKind.REFUND_OWED: Balance(refund_owed=1, returned=1),
        EntryKind.GOODWILL_OWED: Balance(refund_owed=1),
        EntryKind.REFUND_WAIVED: Balance(refund_owed=-1, returned=-1),
        EntryKind.GOODWILL_WAIVED: Balance(refund_owed=-1),
        EntryKind.GOODWILL_RESTORED: Balance(refund_owed=1),
        EntryKind.REFUND_SENT: Balance(refund_owed=-1, refund_sent=1),
        EntryKind.REFUNDED: Balance(refund_sent=-1, refunded=1),
        EntryKind.REFUND_REVERSED: Balance(refunded=-1, refund_sent=1),
        EntryKind.REFUND_FAILED: Balance(refund_sent=-1, refund_owed=1),
        EntryKind.REFUND_REFUSED: Balance(),
        EntryKind.DISPUTE_OPENED: Balance(contested=1),
        EntryKind.DISPUTE_WITHDRAWN: Balance(disputed=1, contested=-1),
        EntryKind.DISPUTE_REINSTATED: Balance(disputed=-1),
        EntryKind.DISPUTE_WON: Balance(contested=-1),
        EntryKind.DISPUTE_LOST: Balance(contested=-1),
        EntryKind.DISPUTE_FORFEITED: Balance(disputed=-1, lost=1),
        EntryKind.DISPUTE_RECOVERED: Balance(disputed=1, lost=-1),
    }
)
"""What one cent of each kind of entry adds to a balance: sums, so the order does not matter."""

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
"""The entries that promise a refund."""


def enter(balance: Balance, entry: LedgerEntry) -> Balance:
    """Return `balance` after one more entry of its payment."""
    effect = EFFECTS[entry.kind]
    return balance + Balance(
        *(getattr(effect, each.name) * entry.amount for each in fields(effect))
    )


def balance_of(entries: Iterable[LedgerEntry]) -> Balance:
    """Return the balance of a ledger; the order of its entries does not matter."""
    return reduce(enter, entries, Balance())


def sorted_entries(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Return the entries as they came; those of one second as a payment goes its way.

    A dispute comes before what it sets free, or takes back.
    """
    way = sorted(EntryKind, key=lambda kind: kind not in _BEFORE_REFUNDS)
    return sorted(entries, key=lambda each: (each.at, way.index(each.kind), each.reference))


def entered(
    payments: Mapping[str, Balance], entries: Iterable[LedgerEntry]
) -> Mapping[str, Balance]:
    """Return the balances by payment after more entries."""
    after = dict(payments)
    for entry in entries:
        after[entry.payment] = enter(after.get(entry.payment, Balance()), entry)
    return after

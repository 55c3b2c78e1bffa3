"""The payment ledger of a booking and what follows from it (`domain.md §4, §7`). US cents.

The ledger is a set of immutable entries. A booking carries their `Balance`, written in the same
transaction as each entry, so that whoever reads the booking knows what was paid.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce

from teppan.domain.money import Cents


class EntryKind(StrEnum):
    """What an entry says of its amount."""

    CAPTURED = "captured"
    REFUND_OWED = "refund_owed"
    REFUNDED = "refunded"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


class PaymentStatus(StrEnum):
    """How a booking's payment stands; always derived, never set by hand (`domain.md §4`)."""

    AWAITING_PAYMENT = "awaiting_payment"
    DEPOSIT_PAID = "deposit_paid"
    PAID = "paid"
    REFUND_PENDING = "refund_pending"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One immutable fact about a booking's money; `reference` and `kind` make it unique."""

    reference: str
    kind: EntryKind
    amount: Cents
    at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of a ledger: taken in, given back, promised back, under dispute, lost in one."""

    captured: Cents = 0
    refunded: Cents = 0
    refund_owed: Cents = 0
    disputed: Cents = 0
    lost: Cents = 0

    @property
    def refundable(self) -> Cents:
        """What was captured and is still ours to give back: the base of a refund (`§6`)."""
        gone = self.refunded + self.refund_owed + self.disputed + self.lost
        return max(0, self.captured - gone)

    @property
    def paid(self) -> Cents:
        """What was captured and not lost again in a dispute: what counts towards the total."""
        return max(0, self.captured - self.lost)


def balance_of(entries: Iterable[LedgerEntry]) -> Balance:
    """Return the balance of a whole ledger; the order of its entries does not matter."""
    return reduce(enter, entries, Balance())


def enter(balance: Balance, entry: LedgerEntry) -> Balance:
    """Return `balance` after one more entry."""
    changes = {
        EntryKind.CAPTURED: {"captured": entry.amount},
        EntryKind.REFUND_OWED: {"refund_owed": entry.amount},
        EntryKind.REFUNDED: {"refund_owed": -entry.amount, "refunded": entry.amount},
        EntryKind.DISPUTE_OPENED: {"disputed": entry.amount},
        EntryKind.DISPUTE_WON: {"disputed": -entry.amount},
        EntryKind.DISPUTE_LOST: {"disputed": -entry.amount, "lost": entry.amount},
    }[entry.kind]
    return replace(
        balance, **{name: getattr(balance, name) + amount for name, amount in changes.items()}
    )


def payment_status(balance: Balance, total: Cents) -> PaymentStatus:
    """Derive the payment status of a booking that costs `total`."""
    if balance.disputed:
        return PaymentStatus.DISPUTED
    if balance.refund_owed:
        return PaymentStatus.REFUND_PENDING
    if balance.refunded:
        whole = balance.refunded >= balance.captured
        return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    if not balance.paid:
        return PaymentStatus.AWAITING_PAYMENT
    return PaymentStatus.PAID if balance.paid >= total else PaymentStatus.DEPOSIT_PAID

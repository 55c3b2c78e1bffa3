"""The balance of a ledger: the sums of its entries (`domain.md §7`). US cents.

A booking stores the `Balance` of each of its payments. Entries and balances are written in one
transaction, so reading the booking is enough to know what was paid.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import reduce
from types import MappingProxyType
from typing import Final

from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.money import Cents


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of a ledger.

    - `captured`: captured from the customer
    - `refund_owed`: obligations that are not sent yet
    - `refund_sent`: sent to Stripe, not at the customer yet
    - `refunded`: arrived at the customer
    - `uncredited`: the part of all obligations that undoes a payment (no goodwill)
    - `disputed`: withdrawn for disputes, not reinstated and not given up
    - `lost`: withdrawn and given up
    - `contested`: subject of open disputes and not withdrawn (yet)
    """

    captured: Cents = 0
    refund_owed: Cents = 0
    refund_sent: Cents = 0
    refunded: Cents = 0
    uncredited: Cents = 0
    disputed: Cents = 0
    lost: Cents = 0
    contested: Cents = 0

    @property
    def in_flight(self) -> Cents:
        """Refunds that are owed or sent, and have not arrived."""
        return self.refund_owed + self.refund_sent

    @property
    def uncommitted(self) -> Cents:
        """Captured money less refunds, obligations, disputes and losses; may be negative."""
        return self.captured - self.refunded - self.in_flight - self.disputed - self.lost

    @property
    def at_provider(self) -> Cents:
        """The part that is in Stripe's balance: money that was sent or withdrawn is not."""
        return self.captured - self.refunded - self.refund_sent - self.disputed - self.lost

    @property
    def at_risk(self) -> Cents:
        """What open disputes have withdrawn or may withdraw.

        While it is not 0, Stripe refunds nothing of the payment.
        """
        return self.disputed + self.contested

    @property
    def refundable(self) -> Cents:
        """What was captured and can still be refunded: the base of a refund (`domain.md §6`)."""
        # A dispute may reinstate more than it withdrew. That gain is not the customer's.
        gained = max(0, -self.lost)
        return max(0, self.uncommitted - gained - self.contested)

    @property
    def paid(self) -> Cents:
        """What the customer has paid: captured and not lost in a dispute. Refunds do not matter."""
        return max(0, self.captured - self.lost)

    @property
    def credited(self) -> Cents:
        """What counts towards the total: what was paid, less the obligations that undo it."""
        return max(0, self.captured - self.lost - self.uncredited)

    @property
    def kept(self) -> Cents:
        """What we keep once all refunds have arrived; money in dispute counts as kept.

        See `domain.md §7`.
        """
        return self.captured - self.refunded - self.in_flight - self.lost

    def __add__(self, other: "Balance") -> "Balance":
        """Return the sums of two ledgers."""
        return Balance(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )


EFFECTS: Final[Mapping[EntryKind, Balance]] = MappingProxyType(
    {
        EntryKind.CAPTURED: Balance(captured=1),
        EntryKind.REFUND_OWED: Balance(refund_owed=1, uncredited=1),
        EntryKind.GOODWILL_OWED: Balance(refund_owed=1),
        EntryKind.REFUND_WAIVED: Balance(refund_owed=-1, uncredited=-1),
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
"""What one cent of each kind adds to a balance. These are sums, so the order does not matter."""


def post_entry(balance: Balance, entry: LedgerEntry) -> Balance:
    """Return `balance` with one more entry of its payment."""
    effect = EFFECTS[entry.kind]
    return balance + Balance(
        *(getattr(effect, each.name) * entry.amount for each in fields(effect))
    )


def balance_of(entries: Iterable[LedgerEntry]) -> Balance:
    """Return the balance of a ledger; the order of its entries does not matter."""
    return reduce(post_entry, entries, Balance())


def post_entries(
    payments: Mapping[str, Balance], entries: Iterable[LedgerEntry]
) -> Mapping[str, Balance]:
    """Return the balances by payment with `entries` added."""
    after = dict(payments)
    for entry in entries:
        after[entry.payment] = post_entry(after.get(entry.payment, Balance()), entry)
    return after

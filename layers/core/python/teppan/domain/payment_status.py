"""The payment status of a booking, derived from its balance and what is due (`domain.md §4`)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from teppan.domain.ledger_balance import Balance
from teppan.domain.money import Cents


class PaymentStatus(StrEnum):
    """The status of a booking's payment; always derived, never set by hand (`domain.md §4`)."""

    AWAITING_PAYMENT = "awaiting_payment"
    DEPOSIT_PAID = "deposit_paid"
    PAID = "paid"
    REFUND_PENDING = "refund_pending"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPosition:
    """The amounts that determine the payment status. US cents.

    `deposit_due` and `balance_due` are due now; both are 0 for a cancelled booking. `unpaid` is the
    part of the price that is not covered by credited money, whether it is due or not.
    """

    balance: Balance
    deposit_due: Cents
    balance_due: Cents
    unpaid: Cents

    @property
    def has_refunded_only_excess(self) -> bool:
        """Whether the price is paid and only money beyond the price was refunded."""
        return not self.unpaid and self.balance.refunded == self.balance.uncredited


@dataclass(frozen=True, slots=True)
class PaymentStatusRule:
    """One row of the decision table: the condition in words and as a predicate, and the status."""

    condition: str
    holds: Callable[[PaymentPosition], bool]
    status: PaymentStatus


RULES: Final = (
    PaymentStatusRule(
        "a dispute is open", lambda position: position.balance.at_risk > 0, PaymentStatus.DISPUTED
    ),
    PaymentStatusRule(
        "a refund is owed or sent",
        lambda position: position.balance.in_flight > 0,
        PaymentStatus.REFUND_PENDING,
    ),
    PaymentStatusRule(
        "a deposit is due",
        lambda position: position.deposit_due > 0,
        PaymentStatus.AWAITING_PAYMENT,
    ),
    PaymentStatusRule(
        "a balance is due, and something counts as paid",
        lambda position: position.balance_due > 0 and position.balance.credited > 0,
        PaymentStatus.DEPOSIT_PAID,
    ),
    PaymentStatusRule(
        "a balance is due",
        lambda position: position.balance_due > 0,
        PaymentStatus.AWAITING_PAYMENT,
    ),
    PaymentStatusRule(
        "the price is paid, and only what was paid beyond it went back",
        lambda position: position.balance.credited > 0 and position.has_refunded_only_excess,
        PaymentStatus.PAID,
    ),
    PaymentStatusRule(
        "all that was taken went back",
        lambda position: 0 < position.balance.refunded >= position.balance.paid,
        PaymentStatus.REFUNDED,
    ),
    PaymentStatusRule(
        "a part of it went back",
        lambda position: position.balance.refunded > 0,
        PaymentStatus.PARTIALLY_REFUNDED,
    ),
    PaymentStatusRule(
        "nothing counts as paid",
        lambda position: not position.balance.credited,
        PaymentStatus.AWAITING_PAYMENT,
    ),
    PaymentStatusRule(
        "a part of the price is paid",
        lambda position: position.unpaid > 0,
        PaymentStatus.DEPOSIT_PAID,
    ),
    PaymentStatusRule("the price is paid", lambda _: True, PaymentStatus.PAID),
)
"""The decision table: the first row whose condition holds gives the status."""


def payment_status(position: PaymentPosition) -> PaymentStatus:
    """Return the payment status that the decision table gives for `position`."""
    return next(rule.status for rule in RULES if rule.holds(position))

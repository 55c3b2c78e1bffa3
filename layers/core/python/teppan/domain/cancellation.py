"""What a cancellation gives back, by the time left to the start (`domain.md §6`). US cents."""

from dataclasses import dataclass
from datetime import datetime

from teppan.domain.errors import TooLateToCancel
from teppan.domain.ledger import Balance
from teppan.domain.money import Cents, half_up
from teppan.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """What is refunded of `base` now; `valid_until` is the instant at which worse terms begin."""

    base: Cents
    percentage: int
    valid_until: datetime

    @property
    def amount(self) -> Cents:
        """The refund, half up to the cent."""
        return half_up(self.base, self.percentage, 100)


def refund_terms(
    balance: Balance, starts_at: datetime, now: datetime, policy: Policy
) -> RefundTerms:
    """Return the terms of a cancellation at `now`; raises `TooLateToCancel` after the last tier."""
    notice = starts_at - now
    for tier in policy.refund_tiers:
        if notice > tier.notice or (tier.inclusive and notice == tier.notice):
            return RefundTerms(balance.refundable, tier.percentage, starts_at - tier.notice)
    raise TooLateToCancel("It is too late to cancel online; please contact support.")


def overridden_terms(balance: Balance, percentage: int, now: datetime) -> RefundTerms:
    """Return the terms that an admin sets, whatever the time left (`domain.md §6`)."""
    return RefundTerms(balance.refundable, percentage, now)

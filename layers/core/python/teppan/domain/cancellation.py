"""End a booking, and what that gives back (`domain.md §4, §6`): by the time left, or all of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from teppan.domain.booking import PAYMENT_OVERDUE, Booking, Cancellation, Step
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import (
    AlreadyCancelled,
    AlreadyCompleted,
    Forbidden,
    InvalidInput,
    TooLateToCancel,
    Violation,
)
from teppan.domain.ledger import Balance, RefundReason, entered
from teppan.domain.money import Cents, half_up
from teppan.domain.policy import Policy
from teppan.domain.refund import promises, refundable
from teppan.domain.transition import Cause, Status, next_status


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


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """Why to cancel and, from an admin only, the `percentage` to refund whatever the window."""

    reason: str | None = None
    percentage: int | None = None


def cancellation_terms(
    booking: Booking, now: datetime, percentage: int | None = None
) -> RefundTerms:
    """Return what cancelling at `now` refunds; an admin's `percentage` overrides the window.

    Raises `AlreadyCancelled`, `AlreadyCompleted` and `TooLateToCancel` (`domain.md §6`).
    """
    if booking.status is Status.CANCELLED:
        raise AlreadyCancelled("The booking was cancelled before.")
    if not booking.is_live:
        raise AlreadyCompleted("The date of the booking has passed.")
    if percentage is not None:
        return overridden_terms(booking.balance, percentage, now)
    return refund_terms(booking.balance, booking.slot.starts_at, now, booking.policy)


def cancel(booking: Booking, request: CancellationRequest, caller: Caller) -> Step:
    """Return the cancelled booking and the refund that it promises, if any (`domain.md §6`).

    Raises `Forbidden` when somebody other than an admin sets the percentage, `InvalidInput` when
    an admin gives no reason for it, and what `cancellation_terms` raises.
    """
    _check_override(request, caller)
    terms = cancellation_terms(booking, caller.at, request.percentage)
    return _ended(booking, Cause.CANCELLED, terms, request.reason, caller)


def lapse(booking: Booking, caller: Caller) -> Step:
    """Return the booking cancelled for want of payment; what was paid of it is all promised back.

    A booking that is not pending, or has time left, stays as it is (`domain.md §4`).
    """
    if booking.status is not Status.PENDING or caller.at <= booking.payment_due_at:
        return Step(booking)
    terms = RefundTerms(refundable(booking.payments), 100, caller.at)
    return _ended(booking, Cause.OVERDUE, terms, PAYMENT_OVERDUE, caller)


def _ended(
    booking: Booking, cause: Cause, terms: RefundTerms, reason: str | None, caller: Caller
) -> Step:
    version = booking.version + 1
    why = RefundReason.OVERDUE if cause is Cause.OVERDUE else RefundReason.CANCELLATION
    owed = promises(
        booking.payments,
        terms.amount,
        reference=f"{why}-{version}",
        reason=why,
        at=caller.signed_at,
    )
    record = Cancellation(
        by=Role.SYSTEM if cause is Cause.OVERDUE else caller.role,
        at=caller.signed_at,
        refund_amount=terms.amount,
        refund_percentage=terms.percentage,
        reason=reason,
        payments=tuple(sorted(booking.payments)),
    )
    ended = replace(
        booking,
        version=version,
        status=next_status(booking.status, cause),
        payments=entered(booking.payments, owed),
        cancellation=record,
        updated_at=caller.signed_at,
    )
    return Step(ended, owed)


def _check_override(request: CancellationRequest, caller: Caller) -> None:
    if request.percentage is None:
        return
    if not caller.is_admin:
        raise Forbidden("Only staff set the refund of a cancellation.")
    if request.reason is None:
        raise InvalidInput([Violation("body", "/reason", "Setting the refund needs a reason.")])

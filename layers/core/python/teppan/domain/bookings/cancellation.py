"""Cancel or expire a booking, and compute its refund (`domain.md §4, §6`)."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Final

from teppan.domain.bookings.booking import PAYMENT_OVERDUE, Booking, Cancellation, Step
from teppan.domain.bookings.errors import AlreadyCancelled, AlreadyCompleted, TooLateToCancel
from teppan.domain.bookings.transition import Cause, Status, next_status
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import Forbidden, InvalidInput, Violation
from teppan.domain.ledger import RefundReason
from teppan.domain.ledger_balance import Balance, post_entries
from teppan.domain.money import Cents, half_up
from teppan.domain.policy import Policy, RefundTier
from teppan.domain.refund_obligation import refund_obligations, total_refundable

FULL_REFUND_PERCENTAGE: Final = 100
"""The percentage of a full refund."""


@dataclass(frozen=True, slots=True)
class RefundTerms:
    """The refund of a cancellation: `percentage` of `base`. Worse terms begin at `valid_until`."""

    base: Cents
    percentage: int
    valid_until: datetime

    @property
    def amount(self) -> Cents:
        """The refund, rounded half up to the cent."""
        return half_up(self.base, self.percentage, 100)


def refund_terms(
    balance: Balance,
    starts_at: datetime,
    now: datetime,
    policy: Policy,
    limit: int = FULL_REFUND_PERCENTAGE,
) -> RefundTerms:
    """Return the terms of a cancellation at `now`, with at most `limit` percent.

    Raises `TooLateToCancel` after the last tier.
    """
    tiers = _online_tiers(starts_at, now, policy)
    percentage = min(limit, tiers[0].percentage)
    *_, last = takewhile(lambda tier: min(limit, tier.percentage) == percentage, tiers)
    return RefundTerms(balance.refundable, percentage, starts_at - last.notice)


def refund_limit_after_move(booking: Booking, now: datetime) -> int:
    """Return the highest refund percentage of the booking after it is moved at `now`.

    It is the lowest percentage of the refund table at this move and at each earlier move, measured
    to the start that the booking had before that move (`domain.md §6`).
    """
    tiers = _tiers_left(booking.slot.starts_at, now, booking.policy)
    return min(booking.refund_limit, tiers[0].percentage if tiers else 0)


def _online_tiers(starts_at: datetime, now: datetime, policy: Policy) -> list[RefundTier]:
    """Return the tier that applies at `now` and the later ones; raises `TooLateToCancel`."""
    if tiers := _tiers_left(starts_at, now, policy):
        return tiers
    raise TooLateToCancel("It is too late to cancel online; please contact support.")


def _tiers_left(starts_at: datetime, now: datetime, policy: Policy) -> list[RefundTier]:
    """Return the tier that applies at `now` and the later ones; empty if it is too late."""
    notice = starts_at - now
    return [
        tier
        for tier in policy.refund_tiers
        if notice > tier.notice or (tier.inclusive and notice == tier.notice)
    ]


def overridden_terms(balance: Balance, percentage: int, now: datetime) -> RefundTerms:
    """Return the terms that an admin sets, regardless of the time left (`domain.md §6`)."""
    return RefundTerms(balance.refundable, percentage, now)


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """A request to cancel. Only an admin may set `percentage`, which overrides the window."""

    reason: str | None = None
    percentage: int | None = None


def cancellation_terms(
    booking: Booking, now: datetime, percentage: int | None = None
) -> RefundTerms:
    """Return the terms of a cancellation at `now`; an admin's `percentage` overrides the window.

    Raises `AlreadyCancelled`, `AlreadyCompleted`, `TooLateToCancel`, and `InvalidInput` for a
    percentage below 100 for a booking that was never confirmed (`domain.md §6`).
    """
    if booking.status is Status.CANCELLED:
        raise AlreadyCancelled("The booking was cancelled before.")
    if not booking.is_live:
        raise AlreadyCompleted("A completed booking or a no-show cannot be cancelled.")
    if booking.status is Status.PENDING:
        return _unconfirmed_terms(booking, now, percentage)
    if percentage is not None:
        return overridden_terms(booking.balance, percentage, now)
    return refund_terms(
        booking.balance, booking.slot.starts_at, now, booking.policy, booking.refund_limit
    )


def online_refund_percentage(booking: Booking, now: datetime) -> int | None:
    """Return the refund percentage of an online cancellation at `now`, or None if it is refused."""
    try:
        return cancellation_terms(booking, now).percentage
    except (AlreadyCancelled, AlreadyCompleted, TooLateToCancel):
        return None


def _unconfirmed_terms(booking: Booking, now: datetime, percentage: int | None) -> RefundTerms:
    """Return the terms of a booking that was never confirmed: all that is left is refunded."""
    if percentage not in {None, FULL_REFUND_PERCENTAGE}:
        detail = (
            "A booking that was never confirmed is refunded in full: leave"
            f" refund_percentage out, or send {FULL_REFUND_PERCENTAGE}."
        )
        raise InvalidInput([Violation("body", "/refund_percentage", detail)])
    valid_until = now
    if percentage is None:
        *_, last = _online_tiers(booking.slot.starts_at, now, booking.policy)
        valid_until = booking.slot.starts_at - last.notice
    return RefundTerms(total_refundable(booking.payments), FULL_REFUND_PERCENTAGE, valid_until)


def cancel(booking: Booking, request: CancellationRequest, caller: Caller) -> Step:
    """Return the cancelled booking with its refund obligations, if any (`domain.md §6`).

    Raises `Forbidden` when a caller who is no admin sets the percentage, `InvalidInput` when an
    admin gives no reason for it, and the errors of `cancellation_terms`.
    """
    _check_override(request, caller)
    terms = cancellation_terms(booking, caller.at, request.percentage)
    return _cancelled(booking, Cause.CANCELLED, terms, request.reason, caller)


def expire(booking: Booking, caller: Caller) -> Step:
    """Return the booking cancelled as overdue, with the obligation to refund all that was paid.

    Return it unchanged if it is not pending, or its deadline has not passed (`domain.md §4`).
    """
    if booking.status is not Status.PENDING or caller.at <= booking.payment_due_at:
        return Step(booking)
    terms = _unconfirmed_terms(booking, caller.at, FULL_REFUND_PERCENTAGE)
    return _cancelled(booking, Cause.OVERDUE, terms, PAYMENT_OVERDUE, caller)


def _cancelled(
    booking: Booking, cause: Cause, terms: RefundTerms, reason: str | None, caller: Caller
) -> Step:
    version = booking.version + 1
    refund_reason = RefundReason.OVERDUE if cause is Cause.OVERDUE else RefundReason.CANCELLATION
    obligations = refund_obligations(
        booking.payments,
        terms.amount,
        reference=f"{refund_reason}-{version}",
        reason=refund_reason,
        at=caller.recorded_at,
    )
    record = Cancellation(
        by=Role.SYSTEM if cause is Cause.OVERDUE else caller.role,
        at=caller.recorded_at,
        refund_amount=terms.amount,
        refund_percentage=terms.percentage,
        reason=reason,
        payments=tuple(sorted(booking.payments)),
    )
    cancelled = replace(
        booking,
        version=version,
        status=next_status(booking.status, cause),
        payments=post_entries(booking.payments, obligations),
        cancellation=record,
        updated_at=caller.recorded_at,
    )
    return Step(cancelled, obligations)


def _check_override(request: CancellationRequest, caller: Caller) -> None:
    if request.percentage is None:
        return
    if not caller.is_admin:
        raise Forbidden("Only staff set the refund of a cancellation.")
    if request.reason is None:
        detail = "Send a reason together with refund_percentage."
        raise InvalidInput([Violation("body", "/reason", detail)])

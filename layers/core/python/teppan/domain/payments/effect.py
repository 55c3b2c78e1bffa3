"""The effect that a payment has on its booking, as a decision table (`domain.md §4, §6`)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Cause, Status, next_status


class PaymentTiming(StrEnum):
    """When a payment arrives, relative to the status and the start of its booking."""

    WHILE_PENDING = "while_pending"
    """The booking is pending, and its start is ahead."""
    AFTER_START = "after_start"
    """The booking is still pending at its start, so it can no longer be confirmed."""
    WHILE_CONFIRMED = "while_confirmed"
    AFTER_COMPLETION = "after_completion"
    """The booking is completed, or a no-show."""
    AFTER_EXPIRY = "after_expiry"
    """The booking was cancelled as overdue, and its start is ahead."""
    AFTER_CANCELLATION = "after_cancellation"
    """The booking was cancelled by a person, or expired and its start has passed."""


class PaymentEffect(StrEnum):
    """The effect of a payment on its booking."""

    CONFIRM = "confirm"
    KEEP = "keep"
    EXPIRE = "expire"
    REINSTATE = "reinstate"
    REFUND = "refund"


PAYMENT_EFFECTS: Final[Mapping[tuple[PaymentTiming, bool], PaymentEffect]] = MappingProxyType(
    {
        # The boolean is `Booking.is_covered`, with the payment.
        (PaymentTiming.WHILE_PENDING, True): PaymentEffect.CONFIRM,
        (PaymentTiming.WHILE_PENDING, False): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_START, True): PaymentEffect.EXPIRE,
        (PaymentTiming.AFTER_START, False): PaymentEffect.EXPIRE,
        (PaymentTiming.WHILE_CONFIRMED, True): PaymentEffect.KEEP,
        (PaymentTiming.WHILE_CONFIRMED, False): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_COMPLETION, True): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_COMPLETION, False): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_EXPIRY, True): PaymentEffect.REINSTATE,
        (PaymentTiming.AFTER_EXPIRY, False): PaymentEffect.REFUND,
        (PaymentTiming.AFTER_CANCELLATION, True): PaymentEffect.REFUND,
        (PaymentTiming.AFTER_CANCELLATION, False): PaymentEffect.REFUND,
    }
)
"""The effect of a captured payment."""

EFFECTS_IF_SLOT_TAKEN: Final[Mapping[PaymentEffect, PaymentEffect]] = MappingProxyType(
    {PaymentEffect.REINSTATE: PaymentEffect.REFUND}
)
"""The effects that change if the slot is taken by another booking."""

TRANSITION_CAUSES: Final[Mapping[PaymentEffect, Cause]] = MappingProxyType(
    {
        PaymentEffect.CONFIRM: Cause.PAID,
        PaymentEffect.REINSTATE: Cause.PAID_LATE,
        PaymentEffect.EXPIRE: Cause.OVERDUE,
    }
)
"""The effects that change the status of the booking, with the cause of the transition."""

_TIMINGS: Final[Mapping[Status, PaymentTiming]] = MappingProxyType(
    {
        Status.PENDING: PaymentTiming.WHILE_PENDING,
        Status.CONFIRMED: PaymentTiming.WHILE_CONFIRMED,
        Status.COMPLETED: PaymentTiming.AFTER_COMPLETION,
        Status.NO_SHOW: PaymentTiming.AFTER_COMPLETION,
        Status.CANCELLED: PaymentTiming.AFTER_CANCELLATION,
    }
)


def payment_timing(booking: Booking, now: datetime) -> PaymentTiming:
    """Return the timing of a payment that arrives for the booking at `now`."""
    is_before_start = now < booking.slot.starts_at
    if booking.has_expired and is_before_start:
        return PaymentTiming.AFTER_EXPIRY
    if booking.status is Status.PENDING and not is_before_start:
        return PaymentTiming.AFTER_START
    return _TIMINGS[booking.status]


def payment_effect(booking: Booking, now: datetime, *, slot_taken: bool = False) -> PaymentEffect:
    """Return the effect of a payment that is already in the balance of `booking`."""
    effect = PAYMENT_EFFECTS[payment_timing(booking, now), booking.is_covered]
    return EFFECTS_IF_SLOT_TAKEN.get(effect, effect) if slot_taken else effect


def apply_effect(booking: Booking, effect: PaymentEffect) -> Booking:
    """Return the booking with the status that `effect` gives it; a cancellation is removed."""
    if effect not in TRANSITION_CAUSES:
        return booking
    status = next_status(booking.status, TRANSITION_CAUSES[effect])
    return replace(booking, status=status, cancellation=None)

"""Paying a booking (`domain.md §7`): what is due, and each attempt to pay it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import PaymentType, due
from teppan.domain.bookings.transition import Status
from teppan.domain.money import Cents
from teppan.domain.payments.errors import (
    BookingNotPayable,
    PaymentNotDue,
    PaymentOverdue,
    TooManyPaymentAttempts,
)


class IntentStatus(StrEnum):
    """How a payment intent stands, in Stripe's words."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    REQUIRES_CAPTURE = "requires_capture"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Whether the intent can not change any more."""
        return self in {IntentStatus.SUCCEEDED, IntentStatus.CANCELED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAttempt:
    """One attempt to pay a booking: at most one payment intent at Stripe, `intent` once known.

    `number` counts the attempts of that type, `tries` how often Stripe was asked for the intent
    after failing itself: so each has an idempotency key of its own.
    """

    booking_id: str
    type: PaymentType
    number: int
    amount: Cents
    currency: str
    opened_at: datetime
    status: IntentStatus = IntentStatus.REQUIRES_PAYMENT_METHOD
    tries: int = 1
    intent: str | None = None

    def as_known_to(self, booking: Booking) -> "PaymentAttempt":
        """Return the attempt as the booking's ledger has it: what was captured has succeeded."""
        captured = self.intent in booking.payments
        return replace(self, status=IntentStatus.SUCCEEDED) if captured else self

    @property
    def name(self) -> str:
        """What it is called in a record of the request that made it."""
        return payment_attempt_name(self.booking_id, self.type, self.number)

    @property
    def key(self) -> str:
        """The idempotency key of this attempt at Stripe."""
        return f"{self.name}:{self.tries}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A payment intent as its customer sees it; `client_secret` lets a browser pay it."""

    id: str
    status: IntentStatus
    amount: Cents
    client_secret: str


def payment_attempt_name(booking_id: str, wanted: PaymentType, number: int) -> str:
    """Return what an attempt is called."""
    return f"{booking_id}:{wanted}:{number}"


def amount_due(booking: Booking, wanted: PaymentType, now: datetime) -> Cents:
    """Return the amount to ask for `wanted` at `now`, more than 0.

    Raises `BookingNotPayable`, `PaymentOverdue` and `PaymentNotDue`.
    """
    if booking.status is Status.CANCELLED:
        raise BookingNotPayable("A cancelled booking takes no payment.")
    if booking.status is Status.PENDING and now > booking.payment_due_at:
        raise PaymentOverdue("The time to pay for this booking has passed; please book again.")
    amount = due(booking)[wanted]
    if not amount:
        raise PaymentNotDue(f"Nothing is due as {wanted}; see the price of the booking.")
    return amount


def may_stay_open(attempt: PaymentAttempt, booking: Booking, now: datetime) -> bool:
    """Whether the attempt may still be paid: it asks for no more than is due now as its type.

    One that asks for less stays open: what it leaves is asked for after it (`domain.md §5`).
    """
    try:
        return attempt.amount <= amount_due(booking, attempt.type, now)
    except (BookingNotPayable, PaymentOverdue, PaymentNotDue):
        return False


def next_attempt(
    booking: Booking,
    wanted: PaymentType,
    amount: Cents,
    earlier: Collection[PaymentAttempt],
    at: datetime,
) -> PaymentAttempt:
    """Return a new attempt to pay `amount`, after the `earlier` ones of the booking, of any type.

    It is opened at `at`, but not before an earlier one. Each may come to be paid, and one
    transaction has to hold what a booking owes of all its payments. Raises
    `TooManyPaymentAttempts`.
    """
    if len(earlier) >= booking.policy.payment_attempts:
        raise TooManyPaymentAttempts
    return PaymentAttempt(
        booking_id=booking.id,
        type=wanted,
        number=1 + max((each.number for each in earlier if each.type is wanted), default=0),
        amount=amount,
        currency=booking.price.currency,
        opened_at=max(at, *(each.opened_at for each in earlier)) if earlier else at,
    )

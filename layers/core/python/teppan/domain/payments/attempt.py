"""Payment attempts for a booking, and the amount that each asks for (`domain.md §7`)."""

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
    """The status of a payment intent, with Stripe's values."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    REQUIRES_CAPTURE = "requires_capture"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Whether the status cannot change any more."""
        return self in {IntentStatus.SUCCEEDED, IntentStatus.CANCELED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAttempt:
    """One attempt to pay a booking, with at most one payment intent at Stripe.

    `intent` is the id of the payment intent, once known. `number` counts the attempts of this type.
    `tries` counts the requests for the intent: after a 5xx answer of Stripe, the next request needs
    its own idempotency key.
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
        """Return the attempt, as succeeded if the booking's ledger has its payment."""
        is_captured = self.intent in booking.payments
        return replace(self, status=IntentStatus.SUCCEEDED) if is_captured else self

    @property
    def name(self) -> str:
        """The name of the attempt, for the record of the request that made it."""
        return payment_attempt_name(self.booking_id, self.type, self.number)

    @property
    def key(self) -> str:
        """The idempotency key for Stripe."""
        return f"{self.name}:{self.tries}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A payment intent for the customer; a browser pays it with the `client_secret`."""

    id: str
    status: IntentStatus
    amount: Cents
    client_secret: str


def payment_attempt_name(booking_id: str, wanted: PaymentType, number: int) -> str:
    """Return the name of a payment attempt."""
    return f"{booking_id}:{wanted}:{number}"


def amount_due(booking: Booking, wanted: PaymentType, now: datetime) -> Cents:
    """Return the amount that is due as `wanted` at `now`, more than 0.

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
    """Return whether the attempt asks for no more than what is due now as its type.

    An attempt that asks for less stays open: a later attempt asks for the rest (`domain.md §5`).
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
    """Return a new attempt to pay `amount`; `earlier` are all attempts of the booking so far.

    It is opened at `at`, but not before an earlier one. The number of attempts is limited because
    each may be paid, and one transaction must hold the refund obligations of all payments. Raises
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

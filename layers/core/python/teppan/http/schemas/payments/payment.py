"""The bodies of payment and refund requests (`domain.md §7`)."""

from typing import Annotated, Literal

from pydantic import MISSING, Field

from teppan.domain.bookings.dues import PaymentType
from teppan.http.body import RequestBody
from teppan.http.parameters import BOOKING_ID_PATTERN
from teppan.http.schemas.fields import LINES, value_or_none
from teppan.http.violation_texts import Shape
from teppan.services.payments.refund_payment import RefundRequest

BookingId = Annotated[
    str, Shape(pattern=f"^{BOOKING_ID_PATTERN}$", sentence="must be the id of a booking")
]


class CreatePaymentIntentBody(RequestBody):
    """The booking and the type of payment; the server determines the amount."""

    booking_id: BookingId
    payment_type: Literal["deposit", "balance", "full"]

    def to_type(self) -> PaymentType:
        """Return the type of payment."""
        return PaymentType(self.payment_type)


class ConfirmPaymentBody(RequestBody):
    """The payment intent to confirm."""

    payment_intent_id: Annotated[
        str, Shape(pattern=r"^pi_[A-Za-z0-9]{1,64}$", sentence="must be the id of a payment intent")
    ]


class RefundPaymentBody(RequestBody):
    """The refund's amount in cents (default: all that is refundable) and reason."""

    booking_id: BookingId
    amount: Annotated[int, Field(ge=1)] | MISSING = MISSING
    reason: Annotated[str, LINES, Field(min_length=1, max_length=500)]

    def to_request(self) -> RefundRequest:
        """Return the refund request."""
        return RefundRequest(self.booking_id, self.reason, value_or_none(self.amount))

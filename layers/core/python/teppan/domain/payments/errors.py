"""The errors of payments, refunds and payment events, one class each, with a stable `code`."""

from teppan.domain.errors import (
    BadRequest,
    Conflict,
    InternalFault,
    NotConfigured,
    NotFound,
    ProviderFailed,
    Unavailable,
)


class BookingNotPayable(Conflict):
    """The booking is cancelled and takes no payment (`domain.md §6`)."""

    code = "booking_not_payable"
    title = "The booking takes no payment"


class PaymentNotDue(Conflict):
    """Nothing is due as the requested payment type (`domain.md §3, §7`)."""

    code = "payment_not_due"
    title = "Nothing of that type is due"


class PaymentOverdue(Conflict):
    """The payment deadline has passed (`domain.md §4`)."""

    code = "payment_overdue"
    title = "The time to pay has passed"


class PaymentInProgress(Conflict):
    """The bank is processing another payment of the booking, whose result must be known first."""

    code = "payment_in_progress"
    title = "A payment is in progress"
    detail = "Another payment of this booking is being processed; wait for its result."


class TooManyPaymentAttempts(Conflict):
    """The booking has reached the limit of payment attempts (`domain.md §7`)."""

    code = "too_many_payment_attempts"
    title = "Too many attempts to pay"
    detail = "This booking has reached its limit of payment attempts; please contact support."


class PaymentNotFound(NotFound):
    """The payment does not exist, or this caller may not see it."""

    code = "payment_not_found"
    title = "No such payment"
    detail = "There is no payment with that id among those you may see."


class PaymentRefused(Conflict):
    """Stripe never accepts this payment, for example below its minimum (`domain.md §7`)."""

    code = "payment_refused_by_provider"
    title = "The payment provider does not take this payment"
    detail = "The payment provider takes no payment of this amount; please contact support."


class PaymentProviderUnavailable(Unavailable):
    """Stripe does not answer, or is overloaded. A retry is safe."""

    code = "payment_provider_unavailable"
    title = "The payment provider is busy"
    detail = "The payment provider does not answer at the moment. Please try again shortly."
    retry_after = 5


class PaymentProviderErred(PaymentProviderUnavailable):
    """Stripe answers 5xx. It repeats that answer for the same idempotency key."""


class PaymentProviderFailed(ProviderFailed):
    """Stripe rejects every request, because of our key or our account."""

    code = "payment_provider_failed"
    title = "The payment provider failed"
    detail = "The payment provider could not do this. It has been recorded; please try again later."


class PaymentsNotConfigured(PaymentProviderFailed, NotConfigured):
    """No Stripe key is stored for this stage yet."""

    subject = "payments"


class WrongPaymentMode(PaymentProviderFailed):
    """A key or a payment is of live mode on a stage for test mode, or the other way round."""


class PaymentFault(InternalFault, PaymentProviderFailed):
    """A fault in our use of Stripe."""


class PaymentRequestRejected(PaymentFault):
    """Stripe rejects a request of ours as invalid."""


class PaymentUnknown(PaymentRequestRejected):
    """Stripe does not know a payment that we created: its data, or our key, was replaced."""


class PaymentUnreadable(PaymentFault):
    """Stripe describes a payment with values that we do not know."""


class InvalidSignature(BadRequest):
    """The signature of a webhook does not match, or is too old."""

    code = "invalid_signature"
    title = "The signature is not valid"
    detail = (
        "The signature does not match the body, or its timestamp is too far from the present time."
    )


class EventNotOurs(BadRequest):
    """A webhook event belongs to another mode (live, test) or account than the stage."""

    code = "event_not_ours"
    title = "The event is not for this endpoint"
    detail = "This endpoint takes events of its own account and of its own mode, live or test."

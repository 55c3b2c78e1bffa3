"""What stops a payment, a refund or a payment event, one class each, with a stable `code`."""

from teppan.domain.errors import BadRequest, Conflict, NotFound, ProviderFailed, Unavailable


class BookingNotPayable(Conflict):
    """Nothing more is paid for a cancelled booking (`domain.md §6`)."""

    code = "booking_not_payable"
    title = "The booking takes no payment"


class PaymentNotDue(Conflict):
    """Nothing of the type asked for is due (`domain.md §3, §7`)."""

    code = "payment_not_due"
    title = "Nothing of that type is due"


class PaymentOverdue(Conflict):
    """The deadline to pay has passed (`domain.md §4`)."""

    code = "payment_overdue"
    title = "The time to pay has passed"


class PaymentInProgress(Conflict):
    """Another payment of the booking is with the bank; its end must be known first."""

    code = "payment_in_progress"
    title = "A payment is in progress"
    detail = "Another payment of this booking is being processed; wait for its result."


class TooManyPaymentAttempts(Conflict):
    """Paying the booking was begun as often as it may be."""

    code = "too_many_payment_attempts"
    title = "Too many attempts to pay"
    detail = "Paying for this booking was begun too often; please contact support."


class PaymentNotFound(NotFound):
    """No such payment for this caller."""

    code = "payment_not_found"
    title = "No such payment"
    detail = "There is no payment with that id among those you may see."


class PaymentRefused(Conflict):
    """Stripe will never take that payment, such as one below its least amount (`domain.md §7`)."""

    code = "payment_refused_by_provider"
    title = "The payment provider does not take this payment"
    detail = "The payment provider takes no payment of this amount; please contact support."


class PaymentProviderUnavailable(Unavailable):
    """Stripe does not answer, or is too busy; nothing is lost, and trying again is safe."""

    code = "payment_provider_unavailable"
    title = "The payment provider is busy"
    detail = "The payment provider does not answer at the moment. Please try again shortly."
    retry_after = 5


class PaymentProviderErred(PaymentProviderUnavailable):
    """Stripe says that it failed itself (5xx), and will say so again under the same key."""


class PaymentProviderFailed(ProviderFailed):
    """Stripe takes no request of ours, whatever it is: our key, or our account."""

    code = "payment_provider_failed"
    title = "The payment provider failed"
    detail = "The payment provider could not do this. It has been recorded; please try again later."


class PaymentsNotConfigured(PaymentProviderFailed):
    """No key of Stripe's has been stored for this stage yet."""


class WrongPaymentMode(PaymentProviderFailed):
    """A key or a payment is of live money where the stage takes test money, or the other way."""


class PaymentFault(PaymentProviderFailed):
    """We and Stripe do not understand each other: trying again does not help, we must mend it."""

    code = "internal_error"
    title = "Internal error"
    detail = "Something went wrong on our side. It has been recorded."
    retry_after = None


class PaymentRequestRejected(PaymentFault):
    """Stripe takes a request of ours for wrong."""


class PaymentUnknown(PaymentRequestRejected):
    """Stripe does not know a payment that we have made: its data, or our key, is another one."""


class PaymentUnreadable(PaymentFault):
    """Stripe tells of a payment in a way that is new to us."""


class InvalidSignature(BadRequest):
    """A webhook is not signed as its sender signs, or not just now."""

    code = "invalid_signature"
    title = "The signature is not valid"
    detail = "The signature does not fit the body, or its time is not now."


class EventNotOurs(BadRequest):
    """A webhook's event is of another mode (live, test) or account than the stage."""

    code = "event_not_ours"
    title = "The event is not for this endpoint"
    detail = "This endpoint takes events of its own account and of its own mode, live or test."

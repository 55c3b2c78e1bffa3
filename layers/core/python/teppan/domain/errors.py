"""Every business fact that can stop a request, one class each, with a stable `code`.

A class says *what* is wrong by its kind (the direct subclasses of `DomainError`); how a kind is
answered over HTTP is decided once, in `teppan.http.problem`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault: where it is (`body`, `path`, `query`, `header`), a pointer, and why."""

    where: str
    pointer: str
    detail: str


class DomainError(Exception):
    """The base of all errors a caller may see; the message is safe to show and holds no input."""

    code: ClassVar[str]
    title: ClassVar[str]

    detail: str = ""
    """One sentence for the person who reads the answer; a class may always say the same."""

    retry_after: int | None = None
    """The seconds after which trying again may help."""

    def __init__(self, detail: str | None = None) -> None:
        """Say `detail` instead of what the class says."""
        if detail is not None:
            self.detail = detail
        super().__init__(self.detail)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """Members that this error adds to its problem document (RFC 9457 §3.2)."""
        return {}


class BadRequest(DomainError):
    """The request can not be served as it stands; a rule or its form forbids it."""


class Unauthorized(DomainError):
    """Nobody is known to have made the request."""

    code = "unauthorized"
    title = "Authentication is required"


class Forbidden(DomainError):
    """The caller is known and may not do this (`domain.md §8`)."""

    code = "forbidden"
    title = "Not allowed"


class NotFound(DomainError):
    """The thing does not exist, or not for this caller (`domain.md §8`)."""


class Conflict(DomainError):
    """The present state of the thing forbids the change."""


class PreconditionFailed(DomainError):
    """A precondition that the caller sent does not hold."""


class TooManyRequests(DomainError):
    """The same was asked for too often; it may be asked again after `retry_after` seconds."""


class Unprocessable(DomainError):
    """The request is well-formed and says something that can not be."""


class Unavailable(DomainError):
    """Something we depend on does not answer; trying again later may work."""

    detail = "The service is busy. Please try again in a moment."
    retry_after = 1


class ProviderFailed(DomainError):
    """Something we depend on answers, and not as it should."""

    retry_after: int | None = 30


class InvalidTime(BadRequest):
    """The time is not one of the start times, or does not exist on that day (`domain.md §2`)."""

    code = "invalid_time"
    title = "Not a start time"


class LeadTimeTooShort(BadRequest):
    """The start is sooner than the lead time allows, or in the past (`domain.md §2`)."""

    code = "lead_time_too_short"
    title = "Too little notice"


class TooFarAhead(BadRequest):
    """The start lies beyond the booking horizon (`domain.md §2`)."""

    code = "too_far_ahead"
    title = "Too far ahead"


class VenueTooFar(BadRequest):
    """The venue is farther than we travel (`domain.md §3`)."""

    code = "venue_too_far"
    title = "The venue is too far away"


class TooCloseToEvent(BadRequest):
    """The change comes too late before the start (`domain.md §5`)."""

    code = "too_close_to_event"
    title = "Too late to change"


class TooLateToReduce(BadRequest):
    """A customer's change would lower the total too late before the start (`domain.md §5`)."""

    code = "too_late_to_reduce"
    title = "Too late to lower the total"


class TooLateToCancel(BadRequest):
    """The cancellation comes too late before the start (`domain.md §6`)."""

    code = "too_late_to_cancel"
    title = "Too late to cancel"


class InvalidInput(Unprocessable):
    """Fields or parameters break their constraints; each `Violation` points at one."""

    code = "validation_failed"
    title = "The request is not valid"

    def __init__(self, violations: Sequence[Violation]) -> None:
        """Keep the `violations`, at least one."""
        super().__init__("One or more values are not valid; see `errors`.")
        self.violations = tuple(violations)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """`errors`: one entry a violation."""
        return {"errors": list(self.violations)}


class IdempotencyKeyReused(Unprocessable):
    """The caller has used this idempotency key for another request body."""

    code = "idempotency_key_reused"
    title = "The idempotency key was used for another request"


class BookingNotFound(NotFound):
    """No such booking for this caller."""

    code = "booking_not_found"
    title = "No such booking"


class SlotUnavailable(Conflict):
    """The slot is taken or closed (`domain.md §2`)."""

    code = "slot_unavailable"
    title = "The slot is not available"

    def __init__(self, available_times: Sequence[str]) -> None:
        """Offer the other start times (`HH:MM`) still free on that date; may be empty."""
        super().__init__("That date and time can not be booked any more.")
        self.available_times = tuple(available_times)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """`available_times` on the same date."""
        return {"available_times": list(self.available_times)}


class SlotHasBookings(Conflict):
    """The capacity asked for is below the bookings that the slot already holds (`domain.md §2`)."""

    code = "slot_has_bookings"
    title = "The slot holds more bookings than that"


class TooManyPendingBookings(Conflict):
    """The customer holds as many unpaid bookings as anybody may (`domain.md §4`)."""

    code = "too_many_pending_bookings"
    title = "Too many unpaid bookings"


class TooManyBookingsInADay(TooManyRequests):
    """The customer has made as many bookings lately as anybody may (`domain.md §4`)."""

    code = "too_many_bookings_in_a_day"
    title = "Too many bookings in a day"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        """Ask to wait `retry_after` seconds, until one booking counts no more."""
        super().__init__(detail)
        self.retry_after = retry_after


class BookingNotChangeable(Conflict):
    """Only pending and confirmed bookings change (`domain.md §5`)."""

    code = "booking_not_changeable"
    title = "The booking can not be changed any more"


class InvalidTransition(Conflict):
    """The booking can not go from its status to the one asked for, or not yet (`domain.md §4`)."""

    code = "invalid_transition"
    title = "The booking can not take that status"


class AlreadyCancelled(Conflict):
    """The booking is cancelled (`domain.md §6`)."""

    code = "already_cancelled"
    title = "The booking is already cancelled"


class AlreadyCompleted(Conflict):
    """The party took place, or nobody was there (`domain.md §6`)."""

    code = "already_completed"
    title = "The booking is over"


class EditConflict(Conflict):
    """Other writers were faster, again and again."""

    code = "edit_conflict"
    title = "The booking is being changed by others"


class VersionMismatch(PreconditionFailed):
    """The booking is not at the version that `If-Match` names (`domain.md §5`)."""

    code = "version_mismatch"
    title = "The booking has changed since you read it"


class StorageUnavailable(Unavailable):
    """The database does not answer, or is too busy."""

    code = "storage_unavailable"
    title = "The service is busy"


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


class RefundExceedsCaptured(Conflict):
    """More would be refunded than was captured and is left (`domain.md §7`)."""

    code = "refund_exceeds_captured"
    title = "There is less left to refund"


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

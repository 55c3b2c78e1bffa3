"""What the rules of bookings forbid, one class each, with a stable `code`."""

from collections.abc import Mapping, Sequence

from teppan.domain.errors import (
    BadRequest,
    Conflict,
    NotFound,
    PreconditionFailed,
    TooManyRequests,
)


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

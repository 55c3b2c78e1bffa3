"""The errors of bookings, one class for each broken rule, with a stable `code`."""

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
    """The start is earlier than the lead time allows, or in the past (`domain.md §2`)."""

    code = "lead_time_too_short"
    title = "Too little notice"


class TooFarAhead(BadRequest):
    """The start is beyond the booking horizon (`domain.md §2`)."""

    code = "too_far_ahead"
    title = "Too far ahead"


class VenueTooFar(BadRequest):
    """The venue is farther away than we travel (`domain.md §3`)."""

    code = "venue_too_far"
    title = "The venue is too far away"


class TooCloseToEvent(BadRequest):
    """The change is too close to the start (`domain.md §5`)."""

    code = "too_close_to_event"
    title = "Too late to change"


class TooLateToReduce(BadRequest):
    """A customer's change would lower the total too close to the start (`domain.md §5`)."""

    code = "too_late_to_reduce"
    title = "Too late to lower the total"


class TooLateToCancel(BadRequest):
    """The cancellation is too close to the start (`domain.md §6`)."""

    code = "too_late_to_cancel"
    title = "Too late to cancel"


class BookingNotFound(NotFound):
    """The booking does not exist, or this caller may not see it."""

    code = "booking_not_found"
    title = "No such booking"
    detail = "There is no booking with that id among those you may see."


class SlotUnavailable(Conflict):
    """The slot is taken or closed (`domain.md §2`)."""

    code = "slot_unavailable"
    title = "The slot is not available"

    def __init__(self, available_times: Sequence[str]) -> None:
        """Store the other start times (`HH:MM`) that are free on that date; may be empty."""
        super().__init__("That date and time is taken or closed.")
        self.available_times = tuple(available_times)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """`available_times`: the free start times of the same date."""
        return {"available_times": list(self.available_times)}


class SlotHasBookings(Conflict):
    """The requested capacity is less than the bookings that the slot holds (`domain.md §2`)."""

    code = "slot_has_bookings"
    title = "The slot holds more bookings than that"


class TooManyPendingBookings(Conflict):
    """The customer has reached the limit of pending bookings (`domain.md §4`)."""

    code = "too_many_pending_bookings"
    title = "Too many unpaid bookings"


class TooManyBookingsInADay(TooManyRequests):
    """The customer has reached the limit of bookings in a day (`domain.md §4`)."""

    code = "too_many_bookings_in_a_day"
    title = "Too many bookings in a day"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        """Set `retry_after`, the seconds until the oldest counted booking no longer counts."""
        super().__init__(detail)
        self.retry_after = retry_after


class BookingNotChangeable(Conflict):
    """The booking is neither pending nor confirmed, or its deadline has passed (`domain.md §5`)."""

    code = "booking_not_changeable"
    title = "The booking cannot be changed any more"


class InvalidTransition(Conflict):
    """The booking cannot change to the requested status, or not yet (`domain.md §4`)."""

    code = "invalid_transition"
    title = "The booking cannot take that status"


class AlreadyCancelled(Conflict):
    """The booking is already cancelled (`domain.md §6`)."""

    code = "already_cancelled"
    title = "The booking is already cancelled"


class AlreadyCompleted(Conflict):
    """The booking is completed or a no-show (`domain.md §6`)."""

    code = "already_completed"
    title = "The booking is over"


class EditConflict(Conflict):
    """The write lost against other writers in every attempt."""

    code = "edit_conflict"
    title = "The booking is being changed by others"
    detail = "Others kept changing the booking; please try again."


class VersionMismatch(PreconditionFailed):
    """The version of the booking is not the one in `If-Match` (`domain.md §5`)."""

    code = "version_mismatch"
    title = "The booking has changed since you read it"

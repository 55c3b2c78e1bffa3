"""Create a booking: claim the slot, store the booking and its first event, once per key."""

from dataclasses import dataclass

from teppan.domain.audit import audit_event
from teppan.domain.booking import Booking, Wishes, book
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError, SlotUnavailable
from teppan.services.idempotency import IdempotentRequest, check_same, derived_id
from teppan.store import bookings
from teppan.store.bookings import BookingExistsError, SlotTakenError
from teppan.store.slots import available_times
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class Created:
    """The booking as it is now; `replayed` when an earlier request with the same key made it."""

    booking: Booking
    replayed: bool


def create_booking(
    table: Table, wishes: Wishes, request: IdempotentRequest, caller: Caller
) -> Created:
    """Book a slot for `caller` (`domain.md §2-4`): one round trip.

    Raises what `book` raises, `SlotUnavailable` and `IdempotencyKeyReused`.
    """
    booking_id = derived_id("bkg", caller, request)
    try:
        booking = book(
            wishes, booking_id=booking_id, fingerprint=request.fingerprint, caller=caller
        )
    except DomainError:
        # A retry may come when the rules no longer let the same request through.
        if earlier := bookings.find(table, booking_id):
            return _replayed(earlier, request)
        raise
    try:
        bookings.add(table, booking, audit_event(None, booking, caller))
    except BookingExistsError as error:
        return _replayed(error.booking, request)
    except SlotTakenError as error:
        times = available_times(table, booking.slot.date, caller.at)
        raise SlotUnavailable(times) from error
    return Created(booking, replayed=False)


def _replayed(booking: Booking, request: IdempotentRequest) -> Created:
    check_same(booking.fingerprint, request)
    return Created(booking, replayed=True)

"""Create a booking, once for each idempotency key."""

from dataclasses import dataclass

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking, book
from teppan.domain.bookings.booking_request import BookingRequest
from teppan.domain.bookings.errors import SlotUnavailable
from teppan.domain.bookings.quota import check_quota
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError, StorageUnavailable
from teppan.services.bookings.customers import check_customer
from teppan.services.idempotency import IdempotencyKey, check_same, derived_id
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import BookingExistsError, QuotaReachedError, SlotTakenError
from teppan.store.bookings.quotas import Renewal
from teppan.store.bookings.slots import available_times
from teppan.store.table import Table

_MAX_RETRIES = 8
"""The maximum number of writes; each fails if another request changed the quota since the read."""


@dataclass(frozen=True, slots=True)
class CreatedBooking:
    """The booking as it is now; `replayed` if an earlier request with the same key created it."""

    booking: Booking
    replayed: bool


def create_booking(
    table: Table, booking_request: BookingRequest, idempotency: IdempotencyKey, caller: Caller
) -> CreatedBooking:
    """Book a slot for `caller`, or for the customer that staff name (`domain.md §2-4`).

    Takes one round trip, or two if the customer's quota has to be renewed first. Raises what `book`
    and `check_customer` raise, `SlotUnavailable`, `TooManyPendingBookings`, `TooManyBookingsInADay`
    and `IdempotencyKeyReused`.
    """
    booking_id = derived_id("bkg", caller, idempotency)
    try:
        booking = book(
            booking_request,
            booking_id=booking_id,
            fingerprint=idempotency.fingerprint,
            caller=caller,
        )
        if booking_request.customer_id is not None:
            check_customer(booking_request.customer_id)
        _add(table, booking, caller)
    except BookingExistsError as error:
        return _replayed(error.booking, idempotency)
    except SlotTakenError as error:
        times = available_times(table, booking.slot.date, caller.at)
        raise SlotUnavailable(times) from error
    except StorageUnavailable:
        raise
    except DomainError:
        # A retry may arrive after a deadline or a limit has passed; it still gets its booking.
        if earlier := bookings.find(table, booking_id):
            return _replayed(earlier, idempotency)
        raise
    return CreatedBooking(booking, replayed=False)


def _add(table: Table, booking: Booking, caller: Caller) -> None:
    event = audit_event(None, booking, caller)
    renewal: Renewal | None = None
    for _ in range(_MAX_RETRIES):
        try:
            bookings.add(table, booking, event, renewal)
        except QuotaReachedError as error:
            remaining = check_quota(error.quota, caller.at, booking.policy)
            renewal = Renewal(error.quota, remaining)
        else:
            return
    raise StorageUnavailable


def _replayed(booking: Booking, idempotency: IdempotencyKey) -> CreatedBooking:
    check_same(booking.fingerprint, idempotency)
    return CreatedBooking(booking, replayed=True)

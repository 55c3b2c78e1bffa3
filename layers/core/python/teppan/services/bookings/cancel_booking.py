"""Cancel a booking, or return beforehand what a cancellation refunds (`domain.md §6`)."""

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import (
    CancellationRequest,
    RefundTerms,
    cancel,
    cancellation_terms,
)
from teppan.domain.caller import Caller
from teppan.services.bookings.access import get_booking_for
from teppan.services.bookings.revision import revise
from teppan.services.precondition import Precondition
from teppan.store.table import Table


def cancel_booking(
    table: Table,
    booking_id: str,
    request: CancellationRequest,
    caller: Caller,
    precondition: Precondition,
) -> Booking:
    """Cancel, release the slot and enter the refund obligation, in one transaction.

    Raises what `revise` and `cancel` raise.
    """
    return revise(
        table,
        booking_id,
        lambda booking, recorder: cancel(booking, request, recorder),
        caller,
        precondition,
    )


def quote_cancellation(
    table: Table, booking_id: str, caller: Caller
) -> tuple[Booking, RefundTerms]:
    """Return the booking and what cancelling it now refunds; raises what `cancel` raises."""
    booking = get_booking_for(table, booking_id, caller)
    return booking, cancellation_terms(booking, caller.at)

"""Change a booking: its slot, party, menu, venue and contact; for staff also status and travel."""

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.change import Changes, change
from teppan.domain.caller import Caller
from teppan.services.bookings.revision import revise
from teppan.services.precondition import Precondition
from teppan.store.table import Table


def update_booking(
    table: Table, booking_id: str, changes: Changes, caller: Caller, precondition: Precondition
) -> Booking:
    """Make `changes` (`domain.md §5`); raises what `revise` and `change` raise."""
    return revise(
        table,
        booking_id,
        lambda booking, recorder: change(booking, changes, recorder),
        caller,
        precondition,
    )

"""Complete confirmed bookings some hours after their start (`domain.md §4`)."""

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.change import complete
from teppan.domain.caller import Caller
from teppan.services.bookings.revision import revise
from teppan.store.table import Table


def complete_past(table: Table, booking_id: str, caller: Caller) -> Booking:
    """Complete the booking if its time has come; raises what `revise` raises."""
    return revise(table, booking_id, complete, caller)

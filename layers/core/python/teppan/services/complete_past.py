"""Take confirmed parties to have taken place some hours after their start (`domain.md §4`)."""

from teppan.domain.booking import Booking
from teppan.domain.caller import Caller
from teppan.domain.change import complete
from teppan.services.revision import revise
from teppan.store.table import Table


def complete_past(table: Table, booking_id: str, caller: Caller) -> Booking:
    """Complete the booking if it is time; raises what `revise` raises."""
    return revise(table, booking_id, complete, caller)

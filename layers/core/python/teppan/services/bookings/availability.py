"""Search availability and set the capacity of a slot (`domain.md §2`)."""

from dataclasses import dataclass
from datetime import date, time

from teppan.domain.bookings.errors import LeadTimeTooShort
from teppan.domain.bookings.slot import (
    Occupancy,
    Slot,
    UnavailabilityReason,
    slot_at,
    unavailability_reason,
)
from teppan.domain.caller import Caller
from teppan.domain.errors import InvalidInput, Violation
from teppan.domain.policy import CURRENT
from teppan.store.bookings import slots
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class SlotAvailability:
    """A slot, its occupancy, and the reason why it cannot be booked (None: it can)."""

    slot: Slot
    occupancy: Occupancy
    reason: UnavailabilityReason | None


def search_availability(
    table: Table, first: date, last: date, caller: Caller
) -> list[SlotAvailability]:
    """Return every slot from day `first` to `last`, both included: one Query a month.

    Raises `InvalidInput` if the days are in the wrong order or too many.
    """
    longest = CURRENT.max_availability_days
    if not 0 <= (last - first).days < longest:
        detail = f"`to` must be `from` or later, and at most {longest} days, both included."
        raise InvalidInput([Violation("query", "/to", detail)])
    return [
        SlotAvailability(
            slot, occupancy, unavailability_reason(slot, occupancy, caller.at, CURRENT)
        )
        for slot, occupancy in slots.occupancies(table, first, last)
    ]


def set_slot_capacity(
    table: Table, day: date, start: time, capacity: int, caller: Caller
) -> tuple[Slot, Occupancy]:
    """Set the capacity of a slot; 0 closes it. The endpoint's roles restrict this to staff.

    Raises `InvalidTime`, `LeadTimeTooShort` for a slot in the past, and `SlotHasBookings`.
    """
    slot = slot_at(day, start, CURRENT)
    if slot.starts_at <= caller.at:
        raise LeadTimeTooShort("The slot lies in the past.")
    return slot, slots.set_capacity(table, slot, capacity, caller)

"""Search availability and set the capacity of a slot (`domain.md §2`)."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Final

from teppan.cache import Cache
from teppan.domain.bookings.errors import LeadTimeTooShort
from teppan.domain.bookings.slot import (
    Occupancy,
    Slot,
    UnavailabilityReason,
    slot_at,
    slots_between,
    unavailability_reason,
)
from teppan.domain.caller import Caller
from teppan.domain.errors import InvalidInput, Violation
from teppan.domain.policy import CURRENT
from teppan.store.bookings import slots
from teppan.store.table import Table

CACHE_SECONDS: Final = 10
"""How old a cached number of bookings can be."""


@dataclass(frozen=True, slots=True)
class SlotAvailability:
    """A slot, its occupancy, and the reason why it cannot be booked (None: it can)."""

    slot: Slot
    occupancy: Occupancy
    reason: UnavailabilityReason | None


def search_availability(
    table: Table, first: date, last: date, caller: Caller, cache: Cache | None = None
) -> list[SlotAvailability]:
    """Return every slot from day `first` to `last`, both included: one Query a month.

    The capacities and bookings come from `cache`, if there is one; the booking window is always
    measured at the caller's instant. Raises `InvalidInput` if the days are in the wrong order or
    too many.
    """
    longest = CURRENT.max_availability_days
    if not 0 <= (last - first).days < longest:
        detail = f"`to` must be `from` or later, and at most {longest} days, both included."
        raise InvalidInput([Violation("query", "/to", detail)])
    return [
        SlotAvailability(
            slot, occupancy, unavailability_reason(slot, occupancy, caller.at, CURRENT)
        )
        for slot, occupancy in (
            _cached_occupancies(table, first, last, cache)
            if cache
            else slots.occupancies(table, first, last)
        )
    ]


def _cached_occupancies(
    table: Table, first: date, last: date, cache: Cache
) -> list[tuple[Slot, Occupancy]]:
    """Return every slot from `first` to `last`; whole months are cached, for all ranges in them."""
    found: list[tuple[Slot, Occupancy]] = []
    start = first.replace(day=1)
    while start <= last:
        found += _cached_month(table, start, cache)
        start = _next_month(start)
    return [(slot, occupancy) for slot, occupancy in found if first <= slot.date <= last]


def _cached_month(table: Table, start: date, cache: Cache) -> list[tuple[Slot, Occupancy]]:
    end = _next_month(start) - timedelta(days=1)

    def load() -> list[list[int]]:
        read = slots.occupancies(table, start, end)
        return [[occupancy.capacity, occupancy.booked] for _, occupancy in read]

    def decode(counts: Any) -> list[tuple[Slot, Occupancy]]:
        pairs = zip(slots_between(start, end, CURRENT), counts, strict=True)
        return [(slot, Occupancy(int(capacity), int(booked))) for slot, (capacity, booked) in pairs]

    key = f"{table.name}:{CURRENT.version}:{start:%Y-%m}"
    return cache.get_or_load(key, load, decode)


def _next_month(start: date) -> date:
    return (start + timedelta(days=31)).replace(day=1)


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

"""Slots as JSON (`domain.md §2`)."""

from typing import Any

from teppan.clock import to_rfc3339
from teppan.domain.bookings.slot import Occupancy, Slot
from teppan.http.representations import present
from teppan.services.bookings.availability import SlotAvailability


def availability(shown: SlotAvailability) -> dict[str, Any]:
    """Return a slot with its availability, and the reason if it is not available."""
    return present(
        **_start(shown.slot),
        starts_at=to_rfc3339(shown.slot.starts_at),
        capacity=shown.occupancy.capacity,
        remaining=shown.occupancy.remaining,
        available=shown.reason is None,
        reason=shown.reason,
    )


def capacity(slot: Slot, occupancy: Occupancy) -> dict[str, Any]:
    """Return a slot with its capacity and the number of its bookings."""
    return {
        **_start(slot),
        "capacity": occupancy.capacity,
        "booked": occupancy.booked,
        "remaining": occupancy.remaining,
    }


def _start(slot: Slot) -> dict[str, str]:
    return {"date": slot.date.isoformat(), "time": f"{slot.time:%H:%M}"}

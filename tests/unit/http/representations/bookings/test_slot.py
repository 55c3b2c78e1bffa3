"""Slots as JSON."""

from tests.builders import slot

from teppan.domain.bookings.slot import Occupancy, UnavailabilityReason
from teppan.http.representations.bookings.slot import availability, capacity
from teppan.services.bookings.availability import SlotAvailability


def test_an_available_slot_has_no_reason() -> None:
    assert availability(SlotAvailability(slot(), Occupancy(3, 1), None)) == {
        "date": "2026-12-24",
        "time": "18:00",
        "starts_at": "2026-12-25T02:00:00Z",
        "capacity": 3,
        "remaining": 2,
        "available": True,
    }


def test_an_unavailable_slot_has_a_reason() -> None:
    shown = availability(SlotAvailability(slot(), Occupancy(1, 1), UnavailabilityReason.FULL))

    assert (shown["available"], shown["remaining"], shown["reason"]) == (False, 0, "full")


def test_a_capacity_has_the_slots_occupancy() -> None:
    assert capacity(slot(), Occupancy(3, 1)) == {
        "date": "2026-12-24",
        "time": "18:00",
        "capacity": 3,
        "booked": 1,
        "remaining": 2,
    }

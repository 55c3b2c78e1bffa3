"""Errors of bookings: the members that they add to a problem."""

from teppan.domain.bookings.errors import SlotUnavailable


def test_slot_unavailable_lists_the_available_times_even_if_empty() -> None:
    assert SlotUnavailable(["12:00", "21:00"]).extensions == {"available_times": ["12:00", "21:00"]}
    assert SlotUnavailable([]).extensions == {"available_times": []}

"""Errors of bookings: what they add to an answer."""

from teppan.domain.bookings.errors import SlotUnavailable


def test_a_taken_slot_offers_the_other_times_even_when_there_are_none() -> None:
    assert SlotUnavailable(["12:00", "21:00"]).extensions == {"available_times": ["12:00", "21:00"]}
    assert SlotUnavailable([]).extensions == {"available_times": []}

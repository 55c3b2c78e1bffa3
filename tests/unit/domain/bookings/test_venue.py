"""Two spellings of one address are the same place."""

from dataclasses import replace
from typing import Any

import pytest

from teppan.domain.bookings.venue import Venue

VENUE = Venue("1200 Ocean Avenue", "Santa Monica", "CA", "90401", "Apt 7")


class TestSamePlace:
    """`domain.md §3`: two spellings of one address (case, spaces, punctuation) are one address."""

    @pytest.mark.parametrize(
        "spelled",
        [
            Venue("1200 ocean avenue", "SANTA MONICA", "ca", "90401", "apt 7"),
            Venue("1200  Ocean-Avenue,", " Santa  Monica. ", "CA", "90401", "Apt. #7"),
            Venue("1200 Ocean Avenue Apt 7", "Santa Monica", "CA", "90401"),
            Venue("1200 Ocean", "Santa Monica", "CA", "90401", "Avenue, Apt 7"),
            Venue("1200OceanAvenue", "SantaMonica", "CA", "90401", "Apt7"),
            Venue("\uff11200 \uff2fcean Avenue", "Santa\u00a0Monica", "CA", "90401", "Apt\u200b 7"),
        ],
    )
    def test_two_spellings_of_an_address_are_the_same_place(self, spelled: Venue) -> None:
        assert VENUE.is_same_place(spelled)
        assert spelled.is_same_place(VENUE)

    @pytest.mark.parametrize(
        "changes",
        [
            {"address_line1": "1201 Ocean Avenue"},
            {"address_line1": "1200 Ocean Avenu"},
            {"address_line2": "Apt 8"},
            {"address_line2": None},
            {"city": "Santa Rosa"},
            {"state": "NV"},
            {"postal_code": "90402"},
        ],
    )
    def test_a_different_letter_or_digit_is_another_place(self, changes: dict[str, Any]) -> None:
        assert not VENUE.is_same_place(replace(VENUE, **changes))

    @pytest.mark.parametrize(
        ("one", "other"),
        [("12 3rd St", "1 23rd St"), ("12 3rd St", "123rd St"), ("1-2 A", "12 A")],
    )
    def test_adjacent_numbers_of_an_address_are_not_joined(self, one: str, other: str) -> None:
        assert not replace(VENUE, address_line1=one).is_same_place(
            replace(VENUE, address_line1=other)
        )

    def test_numbers_on_two_address_lines_are_not_joined(self) -> None:
        one = replace(VENUE, address_line1="Pier 1", address_line2="2")

        assert not one.is_same_place(replace(VENUE, address_line1="Pier 12", address_line2=None))
        assert one.is_same_place(replace(VENUE, address_line1="Pier 1-2", address_line2=None))

    def test_composed_and_decomposed_accents_are_the_same_place(self) -> None:
        composed = replace(VENUE, city="Ca\u00f1ada")

        assert composed.is_same_place(replace(VENUE, city="Can\u0303ada"))
        assert not composed.is_same_place(replace(VENUE, city="Canada"))

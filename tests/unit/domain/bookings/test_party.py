"""Guests and menu (`domain.md §3`)."""

from typing import Any

import pytest

from teppan.domain.bookings.party import Menu, Party, check_menu, party_of
from teppan.domain.errors import InvalidInput
from teppan.domain.policy import CURRENT


def refused_at(refusal: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [violation.pointer for violation in refusal.value.violations]


@pytest.mark.parametrize(
    ("counts", "party"),
    [
        ({"guests": 12}, Party(12)),
        ({"guests": 12, "adults": 8, "children": 3, "toddlers": 1}, Party(8, 3, 1)),
        ({"guests": 12, "adults": 12}, Party(12)),
        ({"guests": 3, "adults": 1, "toddlers": 2}, Party(1, 0, 2)),
        ({"guests": 1, "adults": 1, "children": 0}, Party(1)),
    ],
)
def test_a_party_has_the_split_of_its_guests_or_only_adults(
    counts: dict[str, int], party: Party
) -> None:
    assert party_of(**counts) == party
    assert party.guests == counts["guests"]


@pytest.mark.parametrize(
    ("counts", "pointer"),
    [
        ({"guests": 12, "adults": 11}, "/guests"),
        ({"guests": 12, "adults": 8, "children": 5}, "/guests"),
        ({"guests": 12, "toddlers": 1}, "/guests"),
        ({"guests": 2, "children": 2}, "/adults"),
        ({"guests": 2, "adults": 0, "toddlers": 2}, "/adults"),
    ],
)
def test_a_split_adds_up_to_the_guests_with_at_least_one_adult(
    counts: dict[str, int], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        party_of(**counts)

    assert refused_at(refusal) == [pointer]


@pytest.mark.parametrize("code", CURRENT.upgrade_prices)
@pytest.mark.parametrize("quantity", [1, 12])
def test_an_upgrade_is_for_one_to_all_guests(code: str, quantity: int) -> None:
    check_menu(Menu(upgrades={code: quantity}), Party(12), CURRENT)


@pytest.mark.parametrize("code", CURRENT.add_on_prices)
@pytest.mark.parametrize("quantity", [1, 12])
def test_an_add_on_has_one_unit_to_one_for_each_guest(code: str, quantity: int) -> None:
    check_menu(Menu(add_ons={code: quantity}), Party(12), CURRENT)


@pytest.mark.parametrize(
    ("menu", "pointers"),
    [
        ({"upgrades": {"salmon": 13}}, ["/menu/upgrades/salmon"]),
        ({"upgrades": {"salmon": 0}}, ["/menu/upgrades/salmon"]),
        ({"add_ons": {"gyoza": -1}}, ["/menu/add_ons/gyoza"]),
        ({"upgrades": {"gyoza": 1}}, ["/menu/upgrades/gyoza"]),
        ({"add_ons": {"caviar": 1}}, ["/menu/add_ons/caviar"]),
        (
            {"upgrades": {"salmon": 13, "scallops": 12}, "add_ons": {"edamame": 13}},
            ["/menu/upgrades/salmon", "/menu/add_ons/edamame"],
        ),
    ],
)
def test_every_invalid_extra_is_reported(menu: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_menu(Menu(**menu), Party(12), CURRENT)

    assert refused_at(refusal) == pointers


def test_toddlers_count_towards_the_limit_of_extras() -> None:
    check_menu(Menu(add_ons={"edamame": 4}), Party(1, 1, 2), CURRENT)

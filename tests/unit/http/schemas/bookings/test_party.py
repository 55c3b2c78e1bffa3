"""Guests and menu in a request."""

import pytest

from teppan.domain.bookings.party import Menu, Party
from teppan.domain.errors import InvalidInput
from teppan.domain.policy import CURRENT
from teppan.http.schemas.bookings.party import AddOnsBody, MenuBody, PartyBody, UpgradesBody


def test_the_menu_of_the_schema_is_the_menu_of_the_policy() -> None:
    assert set(UpgradesBody.model_fields) == set(CURRENT.upgrade_prices)
    assert set(AddOnsBody.model_fields) == set(CURRENT.add_on_prices)


def test_a_dish_that_is_not_sent_is_not_ordered() -> None:
    assert MenuBody.model_validate({"upgrades": {"salmon": 2}}).to_menu() == Menu({"salmon": 2}, {})
    assert MenuBody.model_validate({}).to_menu() == Menu()


def test_guests_without_a_split_are_adults() -> None:
    body = PartyBody.model_validate({"guests": 12})

    assert (body.to_party(), body.to_menu()) == (Party(12), Menu())


def test_a_split_without_adults_is_refused() -> None:
    with pytest.raises(InvalidInput):
        PartyBody.model_validate({"guests": 2, "children": 2}).to_party()

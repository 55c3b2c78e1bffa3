"""The party of a booking: guests, menu and their price."""

from typing import Any

import pytest
from tests.functions.bookings.create_booking.requests import book
from tests.functions.handlers import Handlers


@pytest.mark.parametrize(
    ("party", "subtotal", "tax", "lines"),
    [
        pytest.param({"guests": 1}, 55000, 4538, {"minimum_spend": 49500}, id="one guest"),
        pytest.param({"guests": 10}, 55000, 4538, {}, id="exactly the minimum"),
        pytest.param({"guests": 50}, 275000, 22688, {"adult": 275000}, id="the most guests"),
        pytest.param(
            {"guests": 10, "menu": {"add_ons": {"edamame": 1}}},
            55500,
            4579,
            {"edamame": 500},
            id="an add-on counts towards the minimum",
        ),
    ],
)
def test_food_has_a_minimum_price_and_tax_is_rounded_half_up(
    call: Handlers, party: dict[str, Any], subtotal: int, tax: int, lines: dict[str, int]
) -> None:
    price = book(call, **party).body["price"]

    assert (price["subtotal"], price["tax"]) == (subtotal, tax)
    assert price["total"] == subtotal + tax == price["deposit_due"] + price["balance_due"]
    amounts = {line["code"]: line["amount"] for line in price["lines"]}
    assert lines.items() <= amounts.items()
    assert ("minimum_spend" in amounts) == ("minimum_spend" in lines)


class TestParty:
    """Guests, their split into age groups, and a menu that fits them."""

    @pytest.mark.parametrize("guests", [1, 50])
    def test_a_party_may_have_1_to_50_guests(self, call: Handlers, guests: int) -> None:
        assert book(call, guests=guests).body["guests"] == guests

    @pytest.mark.parametrize("guests", [0, 51])
    def test_a_party_of_0_or_51_guests_is_refused(self, call: Handlers, guests: int) -> None:
        refused = book(call, guests=guests)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["body /guests"]

    @pytest.mark.parametrize(
        ("split", "fault"),
        [
            pytest.param({"adults": 11}, "body /guests", id="too few"),
            pytest.param({"adults": 12, "children": 1}, "body /guests", id="too many"),
            pytest.param({"children": 1}, "body /guests", id="adults are not made up"),
            pytest.param({"adults": 0, "children": 12}, "body /adults", id="no adult"),
            pytest.param({"toddlers": 12}, "body /adults", id="toddlers only"),
        ],
    )
    def test_a_split_of_the_guests_adds_up_and_has_an_adult(
        self, call: Handlers, split: dict[str, Any], fault: str
    ) -> None:
        refused = book(call, **split)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == [fault]

    @pytest.mark.parametrize(
        ("menu", "fault"),
        [
            ({"upgrades": {"salmon": 13}}, "body /menu/upgrades/salmon"),
            ({"add_ons": {"gyoza": 13}}, "body /menu/add_ons/gyoza"),
            ({"add_ons": {"gyoza": 0}}, "body /menu/add_ons/gyoza"),
            ({"upgrades": {"wagyu": 1}}, "body /menu/upgrades/wagyu"),
        ],
    )
    def test_a_quantity_of_an_extra_is_1_to_the_number_of_guests(
        self, call: Handlers, menu: dict[str, Any], fault: str
    ) -> None:
        refused = book(call, menu=menu)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == [fault]

    def test_as_many_extras_as_guests_can_be_booked(self, call: Handlers) -> None:
        assert book(call, menu={"upgrades": {"salmon": 12}}).status == 201

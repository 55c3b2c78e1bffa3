"""The price of a party (`domain.md §3`)."""

from datetime import timedelta
from typing import Any

import pytest
from tests.builders import slot

from teppan.domain.bookings.errors import VenueTooFar
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.pricing import Line, Price, due_to_confirm, price_of
from teppan.domain.errors import InvalidInput
from teppan.domain.policy import CURRENT

START = slot().starts_at


def price(party: Party, travel_miles: int | None = None, **menu: Any) -> Price:
    return price_of(party, Menu(**menu), travel_miles, CURRENT)


def amounts(priced: Price) -> dict[str, tuple[int, int, int]]:
    return {line.code: (line.quantity, line.unit_amount, line.amount) for line in priced.lines}


def test_a_whole_party_is_priced_line_by_line() -> None:
    priced = price(
        Party(adults=10, children=2, toddlers=1),
        travel_miles=42,
        upgrades={"salmon": 3, "lobster_tail": 2},
        add_ons={"gyoza": 4, "edamame": 1},
    )

    assert amounts(priced) == {
        "adult": (10, 5500, 55_000),
        "child": (2, 3000, 6_000),
        "toddler": (1, 0, 0),
        "salmon": (3, 500, 1_500),
        "lobster_tail": (2, 1500, 3_000),
        "edamame": (1, 500, 500),
        "gyoza": (4, 1000, 4_000),
        "travel": (12, 200, 2_400),
    }
    assert (priced.subtotal, priced.travel_fee, priced.tax) == (70_000, 2_400, 5_775)
    assert priced.total == 78_175
    assert priced.currency == "usd"


@pytest.mark.parametrize(
    ("code", "amount"), [*CURRENT.upgrade_prices.items(), *CURRENT.add_on_prices.items()]
)
def test_each_extra_has_a_line_with_its_price(code: str, amount: int) -> None:
    kind = "upgrades" if code in CURRENT.upgrade_prices else "add_ons"
    menu: dict[str, Any] = {kind: {code: 12}}

    assert amounts(price(Party(12), **menu))[code] == (12, amount, 12 * amount)


class TestMinimum:
    @pytest.mark.parametrize(
        ("party", "shortfall"), [(Party(1), 49_500), (Party(9), 5_500), (Party(5, 9), 500)]
    )
    def test_a_line_raises_food_to_the_minimum(self, party: Party, shortfall: int) -> None:
        priced = price(party)

        assert amounts(priced)["minimum_spend"] == (1, shortfall, shortfall)
        assert priced.subtotal == 55_000

    @pytest.mark.parametrize("party", [Party(10), Party(11), Party(4, 11)])
    def test_food_at_or_above_the_minimum_has_no_minimum_line(self, party: Party) -> None:
        priced = price(party)

        assert "minimum_spend" not in amounts(priced)
        assert priced.subtotal == party.adults * 5500 + party.children * 3000

    def test_extras_count_towards_the_minimum(self) -> None:
        assert amounts(price(Party(9), upgrades={"salmon": 9}))["minimum_spend"][2] == 1_000

    def test_travel_does_not_count_towards_the_minimum(self) -> None:
        assert amounts(price(Party(9), travel_miles=200))["minimum_spend"][2] == 5_500


class TestTravel:
    @pytest.mark.parametrize(
        ("miles", "charged", "fee"),
        [
            (None, 0, 0),
            (0, 0, 0),
            (30, 0, 0),
            (31, 1, 200),
            (130, 100, 20_000),
            (200, 170, 34_000),
        ],
    )
    def test_the_travel_line_charges_miles_beyond_the_free_ones(
        self, miles: int | None, charged: int, fee: int
    ) -> None:
        priced = price(Party(12), miles)

        assert priced.lines[-1].code == "travel"
        assert amounts(priced)["travel"] == (charged, 200, fee)
        assert priced.travel_fee == fee

    @pytest.mark.parametrize("miles", [201, 100_000])
    def test_a_venue_farther_than_200_miles_is_refused(self, miles: int) -> None:
        with pytest.raises(VenueTooFar):
            price(Party(12), miles)


class TestTax:
    @pytest.mark.parametrize(
        ("party", "menu", "tax"),
        [
            (Party(10), {}, 4_538),  # 4537.5 of 55000: half up
            (Party(12), {}, 5_445),
            (Party(10), {"upgrades": {"salmon": 2}}, 4_620),
        ],
    )
    def test_the_tax_on_food_is_rounded_half_up(
        self, party: Party, menu: dict[str, Any], tax: int
    ) -> None:
        assert price(party, **menu).tax == tax

    def test_travel_is_not_taxed(self) -> None:
        assert price(Party(12), 200).tax == price(Party(12), 0).tax


class TestLines:
    def test_an_age_without_guests_has_no_line(self) -> None:
        assert [line.code for line in price(Party(12)).lines] == ["adult", "travel"]

    def test_lines_are_in_the_order_of_the_policy_and_not_of_the_request(self) -> None:
        priced = price(Party(12), add_ons={"gyoza": 1, "edamame": 1}, upgrades={"scallops": 1})

        assert [line.code for line in priced.lines][1:-1] == ["scallops", "edamame", "gyoza"]

    def test_every_line_has_a_description(self) -> None:
        priced = price(Party(1, 1, 1), upgrades={"filet_mignon": 1})

        assert [line.description for line in priced.lines] == [
            "Adult (13 and over)",
            "Child (6 to 12)",
            "Toddler (5 and under)",
            "Filet mignon",
            "Up to the minimum for food",
            "Travel beyond 30 miles",
        ]

    def test_the_amount_of_a_line_is_quantity_times_unit_amount(self) -> None:
        assert Line("gyoza", "Gyoza", 3, 1000).amount == 3000


def test_an_invalid_menu_has_no_price() -> None:
    with pytest.raises(InvalidInput):
        price(Party(2), upgrades={"salmon": 3})


class TestDueToConfirm:
    @pytest.mark.parametrize(
        "notice", [timedelta(days=7), timedelta(days=7, seconds=1), timedelta(days=365)]
    )
    def test_the_deposit_confirms_with_seven_days_or_more_to_the_start(
        self, notice: timedelta
    ) -> None:
        assert due_to_confirm(price(Party(12)), START - notice, START, CURRENT) == 10_000

    @pytest.mark.parametrize("notice", [timedelta(days=7, seconds=-1), timedelta(hours=48)])
    def test_the_total_confirms_with_less_than_seven_days_to_the_start(
        self, notice: timedelta
    ) -> None:
        priced = price(Party(12))

        assert due_to_confirm(priced, START - notice, START, CURRENT) == priced.total

    def test_a_total_below_the_deposit_confirms(self) -> None:
        small = Price((), 9_000, 0, 743, "usd")

        assert due_to_confirm(small, START - timedelta(days=30), START, CURRENT) == 9_743

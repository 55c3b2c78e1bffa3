"""Prices add up for every order (`domain.md §3`)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, caller
from tests.property.strategies import MILES, SECONDS, new_bookings, orders

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.pricing import due_to_confirm, price_of
from teppan.domain.policy import CURRENT
from teppan.services.bookings.create_quote import QuoteRequest, create_quote

type Order = tuple[Party, Menu]


def backwards(extras: Mapping[str, int]) -> dict[str, int]:
    return dict(reversed(list(extras.items())))


@given(orders(), st.none() | MILES)
def test_the_lines_of_a_price_add_up_to_food_and_travel(order: Order, miles: int | None) -> None:
    price = price_of(*order, miles, CURRENT)

    assert sum(line.amount for line in price.lines) == price.subtotal + price.travel_fee
    assert all(line.amount == line.quantity * line.unit_amount for line in price.lines)
    assert len({line.code for line in price.lines}) == len(price.lines)


@given(orders(), st.none() | MILES)
def test_the_total_is_food_travel_and_tax(order: Order, miles: int | None) -> None:
    price = price_of(*order, miles, CURRENT)
    tax = Decimal(price.subtotal) * Decimal("0.0825")

    assert price.tax == tax.quantize(Decimal(1), ROUND_HALF_UP)
    assert price.total == price.subtotal + price.travel_fee + price.tax
    assert {type(each) for each in (price.subtotal, price.tax, price.total)} == {int}


@given(orders(), st.none() | MILES)
def test_food_is_what_was_ordered_or_the_minimum(order: Order, miles: int | None) -> None:
    party, menu = order
    extras = CURRENT.upgrade_prices | CURRENT.add_on_prices  # type: ignore[operator]
    ordered = (
        5500 * party.adults
        + 3000 * party.children
        + sum(extras[code] * n for code, n in (*menu.upgrades.items(), *menu.add_ons.items()))
    )

    assert price_of(party, menu, miles, CURRENT).subtotal == max(55_000, ordered)


@given(orders(), st.sampled_from(["adults", "children", "toddlers"]))
def test_one_guest_more_never_costs_less(order: Order, age: str) -> None:
    party, menu = order
    grown = replace(party, **{age: getattr(party, age) + 1})

    assert price_of(party, menu, None, CURRENT).total <= price_of(grown, menu, None, CURRENT).total


@given(orders(), MILES, MILES)
def test_a_longer_distance_never_costs_less(order: Order, miles: int, other: int) -> None:
    near, far = sorted((miles, other))

    assert price_of(*order, near, CURRENT).total <= price_of(*order, far, CURRENT).total


@given(orders(), MILES)
def test_the_same_order_always_costs_the_same(order: Order, miles: int) -> None:
    party, menu = order
    mixed = Menu(backwards(menu.upgrades), backwards(menu.add_ons))

    assert price_of(party, menu, miles, CURRENT) == price_of(party, mixed, miles, CURRENT)


@given(new_bookings())
def test_a_booking_costs_what_its_quote_said(made: Booking) -> None:
    start = made.slot.date, made.slot.time

    quoted = create_quote(
        QuoteRequest(made.party, made.menu, None, start), caller(at=made.created_at)
    )

    assert quoted.price == made.price
    assert quoted.due_to_confirm == made.due_to_confirm


@given(orders(), SECONDS)
def test_the_amount_to_confirm_is_the_deposit_or_the_total(order: Order, notice: timedelta) -> None:
    price = price_of(*order, None, CURRENT)

    due = due_to_confirm(price, NOW, NOW + notice, CURRENT)

    assert due == (price.total if notice < timedelta(days=7) else 10_000)

"""The price of a party, line by line (`domain.md §3`). Amounts are US cents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from teppan.domain.bookings.errors import VenueTooFar
from teppan.domain.bookings.party import Menu, Party, check_menu
from teppan.domain.money import Cents, half_up
from teppan.domain.policy import Policy

_GUEST_DESCRIPTIONS = {
    "adult": "Adult (13 and over)",
    "child": "Child (6 to 12)",
    "toddler": "Toddler (5 and under)",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One priced line: `amount` is `quantity` times `unit_amount`."""

    code: str
    description: str
    quantity: int
    unit_amount: Cents

    @property
    def amount(self) -> Cents:
        """The total of the line."""
        return self.quantity * self.unit_amount


@dataclass(frozen=True, slots=True)
class Price:
    """A computed price; the lines add up to `subtotal` (food) plus `travel_fee`."""

    lines: tuple[Line, ...]
    subtotal: Cents
    travel_fee: Cents
    tax: Cents
    currency: str

    @property
    def total(self) -> Cents:
        """Food, travel and tax."""
        return self.subtotal + self.travel_fee + self.tax


def price_of(party: Party, menu: Menu, travel_miles: int | None, policy: Policy) -> Price:
    """Return the price of a party under `policy`; travel is 0 while `travel_miles` is None.

    Raises `InvalidInput` for extras that are not valid for the party, and `VenueTooFar`.
    """
    check_menu(menu, party, policy)
    food = tuple(_food(party, menu, policy))
    travel = _travel(travel_miles or 0, policy)
    subtotal = sum(line.amount for line in food)
    tax = half_up(subtotal, policy.tax_basis_points, 10_000)
    return Price((*food, travel), subtotal, travel.amount, tax, policy.currency)


def due_to_confirm(price: Price, made_at: datetime, starts_at: datetime, policy: Policy) -> Cents:
    """Return the amount that confirms a booking: the deposit, or the total if it is due at once."""
    if starts_at - made_at < policy.balance_before_start:
        return price.total
    return min(policy.deposit, price.total)


def chargeable(remainder: Cents, policy: Policy) -> Cents:
    """Return the part of an unpaid remainder that is due: 0 if it is less than a card accepts.

    The remainder is written off only while it is that small (`domain.md §3`).
    """
    return remainder if remainder >= policy.least_charge else 0


def _food(party: Party, menu: Menu, policy: Policy) -> Iterator[Line]:
    lines = [*_guests(party, policy), *_extras(menu, policy)]
    yield from lines
    shortfall = policy.minimum_food - sum(line.amount for line in lines)
    if shortfall > 0:
        yield Line("minimum_spend", "Up to the minimum for food", 1, shortfall)


def _guests(party: Party, policy: Policy) -> Iterator[Line]:
    counts = {"adult": party.adults, "child": party.children, "toddler": party.toddlers}
    for code, quantity in counts.items():
        if quantity:
            yield Line(code, _GUEST_DESCRIPTIONS[code], quantity, policy.guest_prices[code])


def _extras(menu: Menu, policy: Policy) -> Iterator[Line]:
    for chosen, prices in (
        (menu.upgrades, policy.upgrade_prices),
        (menu.add_ons, policy.add_on_prices),
    ):
        for code, unit_amount in prices.items():
            if code in chosen:
                yield Line(code, code.replace("_", " ").capitalize(), chosen[code], unit_amount)


def _travel(miles: int, policy: Policy) -> Line:
    if miles > policy.max_miles:
        raise VenueTooFar(f"We travel at most {policy.max_miles} miles.")
    charged_miles = max(0, miles - policy.free_miles)
    description = f"Travel beyond {policy.free_miles} miles"
    return Line("travel", description, charged_miles, policy.mile_price)

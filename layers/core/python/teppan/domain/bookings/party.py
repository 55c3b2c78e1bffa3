"""The guests of a party and its menu (`domain.md §3`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from teppan.domain.errors import InvalidInput, Violation
from teppan.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Party:
    """The guests by age: adults (13 and over), children (6 to 12), toddlers (5 and under)."""

    adults: int
    children: int = 0
    toddlers: int = 0

    @property
    def guests(self) -> int:
        """The number of guests of all ages."""
        return self.adults + self.children + self.toddlers


@dataclass(frozen=True, slots=True)
class Menu:
    """The extras by code: upgrades for each person, add-ons for each unit."""

    upgrades: Mapping[str, int] = field(default_factory=dict)
    add_ons: Mapping[str, int] = field(default_factory=dict)


def party_of(
    guests: int,
    adults: int | None = None,
    children: int | None = None,
    toddlers: int | None = None,
) -> Party:
    """Return the party; without a split every guest is an adult.

    Raises `InvalidInput` when the split does not add up to `guests` or has no adult.
    """
    if adults is None and children is None and toddlers is None:
        return Party(adults=guests)
    party = Party(adults or 0, children or 0, toddlers or 0)
    if party.guests != guests:
        raise _invalid("/guests", "Adults, children and toddlers must add up to guests.")
    if party.adults < 1:
        raise _invalid("/adults", "must be at least 1")
    return party


def check_menu(menu: Menu, party: Party, policy: Policy) -> None:
    """Raise `InvalidInput` for an extra that is not on offer, or a quantity over the guests."""
    offers = {"upgrades": policy.upgrade_prices, "add_ons": policy.add_on_prices}
    chosen = {"upgrades": menu.upgrades, "add_ons": menu.add_ons}
    range_of_quantities = f"must be from 1 to {party.guests}, the number of guests"
    violations = [
        Violation("body", f"/menu/{kind}/{code}", range_of_quantities)
        for kind, extras in chosen.items()
        for code, quantity in extras.items()
        if code not in offers[kind] or not 1 <= quantity <= party.guests
    ]
    if violations:
        raise InvalidInput(violations)


def _invalid(pointer: str, detail: str) -> InvalidInput:
    return InvalidInput([Violation("body", pointer, detail)])

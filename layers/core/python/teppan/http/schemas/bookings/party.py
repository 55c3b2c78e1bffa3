"""Guests and menu in a request (`domain.md §3`)."""

from pydantic import MISSING

from teppan.domain.bookings.party import Menu, Party, party_of
from teppan.http.body import RequestBody
from teppan.http.schemas.fields import Count, Guests, Quantity, value_or_none


class UpgradesBody(RequestBody):
    """Upgrades by code, each with the number of persons who take it."""

    salmon: Quantity | MISSING = MISSING
    scallops: Quantity | MISSING = MISSING
    filet_mignon: Quantity | MISSING = MISSING
    lobster_tail: Quantity | MISSING = MISSING
    extra_protein: Quantity | MISSING = MISSING


class AddOnsBody(RequestBody):
    """Add-ons by code, each with the number of units."""

    yakisoba_noodles: Quantity | MISSING = MISSING
    extra_fried_rice: Quantity | MISSING = MISSING
    extra_vegetables: Quantity | MISSING = MISSING
    edamame: Quantity | MISSING = MISSING
    gyoza: Quantity | MISSING = MISSING


class MenuBody(RequestBody):
    """The upgrades and add-ons of a party."""

    upgrades: UpgradesBody | MISSING = MISSING
    add_ons: AddOnsBody | MISSING = MISSING

    def to_menu(self) -> Menu:
        """Return the menu; a dish that was not sent is not ordered."""
        sent: dict[str, dict[str, int]] = self.model_dump()
        return Menu(sent.get("upgrades", {}), sent.get("add_ons", {}))


class PartyBody(RequestBody):
    """A party with its guests and menu; bookings and quotes share it."""

    guests: Guests
    adults: Count | MISSING = MISSING
    children: Count | MISSING = MISSING
    toddlers: Count | MISSING = MISSING
    menu: MenuBody | MISSING = MISSING

    def to_party(self) -> Party:
        """Return the party; raises `InvalidInput` if the split does not add up to `guests`."""
        return party_of(
            self.guests,
            value_or_none(self.adults),
            value_or_none(self.children),
            value_or_none(self.toddlers),
        )

    def to_menu(self) -> Menu:
        """Return the menu, which is empty if none was sent."""
        menu = value_or_none(self.menu)
        return menu.to_menu() if menu else Menu()

"""Quote the price of a party (`domain.md §3`): the price of a booking with the same inputs."""

from dataclasses import dataclass
from datetime import date, time

from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.pricing import Price, due_to_confirm, price_of
from teppan.domain.bookings.slot import check_bookable, slot_at
from teppan.domain.caller import Caller
from teppan.domain.money import Cents
from teppan.domain.policy import CURRENT


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """What to price; a missing start or travel distance is left out of the price."""

    party: Party
    menu: Menu
    travel_miles: int | None = None
    start: tuple[date, time] | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The price, and the amount that confirms a booking made now."""

    request: QuoteRequest
    price: Price
    due_to_confirm: Cents
    policy_version: str


def create_quote(request: QuoteRequest, caller: Caller) -> Quote:
    """Return the quote under the current policy.

    Raises `InvalidInput`, `VenueTooFar`, and for a start what `slot_at` and `check_bookable` raise.
    """
    price = price_of(request.party, request.menu, request.travel_miles, CURRENT)
    if request.start is None:
        due = min(CURRENT.deposit, price.total)
    else:
        slot = slot_at(*request.start, CURRENT)
        check_bookable(slot, caller.at, CURRENT)
        due = due_to_confirm(price, caller.at, slot.starts_at, CURRENT)
    return Quote(request, price, due, CURRENT.version)

"""Quotes of a party's price (`domain.md §3`)."""

from datetime import date, time
from typing import Any

import pytest
from tests.builders import PARTY_DATE, booking, caller, days_ahead

from teppan.domain.bookings.errors import InvalidTime, LeadTimeTooShort, TooFarAhead, VenueTooFar
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.errors import DomainError, InvalidInput
from teppan.services.bookings.create_quote import Quote, QuoteRequest, create_quote


def quote(party: Party | None = None, menu: Menu | None = None, **fields: Any) -> Quote:
    return create_quote(QuoteRequest(party or Party(12), menu or Menu(), **fields), caller())


def test_a_quote_costs_what_a_booking_at_the_same_inputs_does() -> None:
    party, menu = Party(10, 2, 1), Menu({"salmon": 3}, {"gyoza": 2})
    booked = booking(party=party, menu=menu)

    quote_ = quote(party, menu, start=(booked.slot.date, booked.slot.time))

    assert quote_.price == booked.price
    assert quote_.due_to_confirm == booked.due_to_confirm
    assert quote_.policy_version == booked.policy_version


def test_a_quote_without_a_start_asks_for_the_deposit() -> None:
    assert quote().due_to_confirm == 10_000


@pytest.mark.parametrize(("days", "due"), [(6, 71_445), (8, 10_000)])
def test_a_quote_with_a_start_asks_for_the_amount_due_by_its_lead_time(days: int, due: int) -> None:
    assert quote(start=(days_ahead(days), time(18))).due_to_confirm == due


def test_a_quote_includes_travel_if_the_miles_are_known() -> None:
    assert quote(travel_miles=42).price.travel_fee == 2_400


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"travel_miles": 201}, VenueTooFar),
        ({"menu": Menu({"salmon": 13})}, InvalidInput),
        ({"start": (PARTY_DATE, time(13))}, InvalidTime),
        ({"start": (days_ahead(1), time(18))}, LeadTimeTooShort),
        ({"start": (days_ahead(400), time(18))}, TooFarAhead),
        ({"start": (date.max, time(18))}, TooFarAhead),
    ],
)
def test_a_party_that_cannot_be_booked_is_not_quoted(
    fields: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        quote(**fields)

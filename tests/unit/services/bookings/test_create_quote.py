"""Quotes: the price of a booking without the booking (§3)."""

from datetime import date, time
from typing import Any

import pytest
from tests.builders import PARTY_DATE, booking, caller, days_ahead

from teppan.domain.bookings.errors import InvalidTime, LeadTimeTooShort, TooFarAhead, VenueTooFar
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.errors import DomainError, InvalidInput
from teppan.services.bookings.create_quote import Quote, QuoteRequest, create_quote


def quote(party: Party | None = None, menu: Menu | None = None, **asked: Any) -> Quote:
    return create_quote(QuoteRequest(party or Party(12), menu or Menu(), **asked), caller())


def test_a_quote_costs_what_a_booking_at_the_same_inputs_does() -> None:
    party, menu = Party(10, 2, 1), Menu({"salmon": 3}, {"gyoza": 2})
    made = booking(party=party, menu=menu)

    quoted = quote(party, menu, start=(made.slot.date, made.slot.time))

    assert quoted.price == made.price
    assert quoted.due_to_confirm == made.due_to_confirm
    assert quoted.policy_version == made.policy_version


def test_without_a_start_the_deposit_confirms() -> None:
    assert quote().due_to_confirm == 10_000


@pytest.mark.parametrize(("days", "due"), [(6, 71_445), (8, 10_000)])
def test_with_a_start_the_time_left_decides(days: int, due: int) -> None:
    assert quote(start=(days_ahead(days), time(18))).due_to_confirm == due


def test_travel_counts_when_its_miles_are_known() -> None:
    assert quote(travel_miles=42).price.travel_fee == 2_400


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"travel_miles": 201}, VenueTooFar),
        ({"menu": Menu({"salmon": 13})}, InvalidInput),
        ({"start": (PARTY_DATE, time(13))}, InvalidTime),
        ({"start": (days_ahead(1), time(18))}, LeadTimeTooShort),
        ({"start": (days_ahead(400), time(18))}, TooFarAhead),
        ({"start": (date.max, time(18))}, TooFarAhead),
    ],
)
def test_what_can_not_be_booked_is_not_quoted(
    asked: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        quote(**asked)

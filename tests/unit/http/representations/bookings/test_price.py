"""Quotes and parties as JSON."""

from datetime import time

import pytest
from tests.builders import booking, caller, days_ahead
from tests.unit.http.representations.plain import plain

from teppan.domain.bookings.party import Menu, Party
from teppan.http.representations.bookings.price import booking_price, party, quote
from teppan.services.bookings.create_quote import QuoteRequest, create_quote


def quoted(request: QuoteRequest) -> dict[str, object]:
    shown: dict[str, object] = plain(quote(create_quote(request, caller())))
    return shown


def test_a_party_has_its_guests_by_age() -> None:
    assert party(Party(8, 3, 1)) == {"guests": 12, "adults": 8, "children": 3, "toddlers": 1}


def test_a_quote_has_the_price_of_a_booking() -> None:
    shown = quoted(QuoteRequest(Party(12), Menu()))

    assert shown["price"] == booking_price(booking())
    assert shown["guests"] == 12
    assert shown["policy_version"] == "2026-11"


@pytest.mark.parametrize(("miles", "confirmed"), [(None, False), (0, True), (42, True)])
def test_a_quote_confirms_travel_if_the_miles_are_sent(miles: int | None, confirmed: bool) -> None:
    shown = quoted(QuoteRequest(Party(12), Menu(), miles))

    assert shown["travel_confirmed"] is confirmed


@pytest.mark.parametrize(
    ("days", "confirmed_by", "deposit_due", "balance_due"),
    [(8, "deposit", 10_000, 61_445), (6, "full", 71_445, 0)],
)
def test_payment_terms_of_a_quote_depend_on_the_time_to_the_start(
    days: int, confirmed_by: str, deposit_due: int, balance_due: int
) -> None:
    shown = create_quote(
        QuoteRequest(Party(12), Menu(), start=(days_ahead(days), time(18))), caller()
    )

    document = quote(shown)

    assert document["payment_terms"] == {"confirmed_by": confirmed_by}
    assert document["price"]["deposit_due"] == deposit_due
    assert document["price"]["balance_due"] == balance_due

"""The price of a party before it is booked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.builders import ADMIN, booking_body
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.provocations import body

from teppan.store.table import Table

OPERATION = Example(
    request=lambda _: Request(body={"guests": 12}),
    provocations={"venue_too_far": body(travel_miles=201)},
    reads={
        "Quote": "policy_version guests adults children toddlers price travel_confirmed"
        " payment_terms",
        "PaymentTerms": "confirmed_by",
        "Price": "lines subtotal travel_fee tax total deposit_due balance_due amount_paid"
        " amount_refunded currency",
        "PriceLine": "code description quantity unit_amount amount",
    },
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
START = {"date": "2026-12-24", "time": "18:00"}


def quote(call: Handlers, **body: Any) -> Answer:
    return call("createQuote", {"guests": 12} | body, by=None)


FAMILY_QUOTE = {
    "policy_version": "2026-11",
    "guests": 3,
    "adults": 1,
    "children": 1,
    "toddlers": 1,
    "price": {
        "lines": [
            {
                "code": "adult",
                "description": "Adult (13 and over)",
                "quantity": 1,
                "unit_amount": 5500,
                "amount": 5500,
            },
            {
                "code": "child",
                "description": "Child (6 to 12)",
                "quantity": 1,
                "unit_amount": 3000,
                "amount": 3000,
            },
            {
                "code": "toddler",
                "description": "Toddler (5 and under)",
                "quantity": 1,
                "unit_amount": 0,
                "amount": 0,
            },
            {
                "code": "minimum_spend",
                "description": "Up to the minimum for food",
                "quantity": 1,
                "unit_amount": 46500,
                "amount": 46500,
            },
            {
                "code": "travel",
                "description": "Travel beyond 30 miles",
                "quantity": 12,
                "unit_amount": 200,
                "amount": 2400,
            },
        ],
        "subtotal": 55000,
        "travel_fee": 2400,
        "tax": 4538,
        "total": 61938,
        "deposit_due": 10000,
        "balance_due": 51938,
        "amount_paid": 0,
        "amount_refunded": 0,
        "currency": "usd",
    },
    "travel_confirmed": True,
    "payment_terms": {"confirmed_by": "deposit"},
}
"""The quote for one guest of each age group, 42 miles away."""


def test_a_quote_returns_every_field_and_writes_nothing(call: Handlers, snapshot: Snapshot) -> None:
    answer = quote(call, guests=3, adults=1, children=1, toddlers=1, travel_miles=42)

    assert answer.status == 200
    assert answer.body == FAMILY_QUOTE
    assert snapshot() == []


@pytest.mark.parametrize(
    ("code", "kind", "unit_amount"),
    [
        ("salmon", "upgrades", 500),
        ("scallops", "upgrades", 500),
        ("filet_mignon", "upgrades", 500),
        ("lobster_tail", "upgrades", 1500),
        ("extra_protein", "upgrades", 1000),
        ("yakisoba_noodles", "add_ons", 500),
        ("extra_fried_rice", "add_ons", 500),
        ("extra_vegetables", "add_ons", 500),
        ("edamame", "add_ons", 500),
        ("gyoza", "add_ons", 1000),
    ],
)
def test_every_extra_has_its_price_in_a_quote(
    call: Handlers, code: str, kind: str, unit_amount: int
) -> None:
    lines = quote(call, menu={kind: {code: 5}}).body["price"]["lines"]

    (line,) = [line for line in lines if line["code"] == code]
    assert (line["quantity"], line["unit_amount"], line["amount"]) == (
        5,
        unit_amount,
        5 * unit_amount,
    )


@pytest.mark.parametrize(
    "party",
    [
        {"guests": 1},
        {"guests": 12},
        {"guests": 10, "menu": {"add_ons": {"edamame": 1}}},
        {"guests": 30, "adults": 17, "children": 9, "toddlers": 4},
        {"guests": 50, "menu": {"upgrades": {"lobster_tail": 50}, "add_ons": {"gyoza": 50}}},
        {"guests": 9, "adults": 1, "children": 8, "menu": {"upgrades": {"salmon": 3}}},
    ],
)
@pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(days=7), timedelta(days=3)])
def test_a_booking_of_the_same_party_costs_what_was_quoted(
    call: Handlers, now: Clock, party: dict[str, Any], ahead: timedelta
) -> None:
    now.set(STARTS_AT - ahead)

    quoted = quote(call, **START, **party).body
    booked = call("createBooking", booking_body(**party)).body

    assert quoted["price"] == booked["price"]
    assert quoted["policy_version"] == booked["policy_version"]
    assert [quoted[name] for name in ("guests", "adults", "children", "toddlers")] == [
        booked[name] for name in ("guests", "adults", "children", "toddlers")
    ]


def test_a_booking_whose_travel_is_set_costs_what_was_quoted(call: Handlers, table: Table) -> None:
    quoted = quote(call, travel_miles=75).body

    booked = call(
        "updateBooking", {"travel_miles": 75}, booking_id=stored_booking(table).id, by=ADMIN
    ).body

    assert quoted["price"] == booked["price"]


@pytest.mark.parametrize(
    ("ahead", "terms", "deposit_due"),
    [
        pytest.param(timedelta(days=7), "deposit", 10_000, id="exactly 7 days"),
        pytest.param(timedelta(days=7) - SECOND, "full", 71_445, id="less"),
    ],
)
def test_the_amount_due_at_once_depends_on_the_start(
    call: Handlers, now: Clock, ahead: timedelta, terms: str, deposit_due: int
) -> None:
    now.set(STARTS_AT - ahead)

    answer = quote(call, **START).body

    assert answer["payment_terms"] == {"confirmed_by": terms}
    assert answer["price"]["deposit_due"] == deposit_due
    assert answer["price"]["balance_due"] == 71_445 - deposit_due


@pytest.mark.parametrize(
    ("body", "fee", "confirmed"),
    [
        ({}, 0, False),
        ({"travel_miles": 0}, 0, True),
        ({"travel_miles": 30}, 0, True),
        ({"travel_miles": 31}, 200, True),
        ({"travel_miles": 200}, 34_000, True),
    ],
)
def test_a_quote_includes_travel_from_the_31st_mile(
    call: Handlers, body: dict[str, int], fee: int, *, confirmed: bool
) -> None:
    answer = quote(call, **body).body

    assert (answer["price"]["travel_fee"], answer["travel_confirmed"]) == (fee, confirmed)


@pytest.mark.parametrize("miles", [201, 100_000])
def test_a_quote_for_more_than_200_miles_is_refused(call: Handlers, miles: int) -> None:
    assert quote(call, travel_miles=miles).problem == (400, "venue_too_far")


@pytest.mark.parametrize(
    ("ahead", "problem"),
    [
        (timedelta(hours=48), (200, None)),
        (timedelta(hours=48) - SECOND, (400, "lead_time_too_short")),
        (timedelta(days=365), (200, None)),
        (timedelta(days=365) + SECOND, (400, "too_far_ahead")),
    ],
)
def test_a_start_can_be_quoted_when_it_can_be_booked(
    call: Handlers, now: Clock, ahead: timedelta, problem: tuple[int, str | None]
) -> None:
    now.set(STARTS_AT - ahead)

    assert quote(call, **START).problem == problem


def test_a_quote_for_a_time_that_is_no_start_is_refused(call: Handlers) -> None:
    assert quote(call, date="2026-12-24", time="13:00").problem == (400, "invalid_time")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"date": "2026-12-24"}, "body /time"),
        ({"time": "18:00"}, "body /date"),
        ({"guests": 0}, "body /guests"),
        ({"guests": 51}, "body /guests"),
        ({"adults": 11}, "body /guests"),
        ({"adults": 0, "children": 12}, "body /adults"),
        ({"travel_miles": -1}, "body /travel_miles"),
        ({"menu": {"upgrades": {"salmon": 13}}}, "body /menu/upgrades/salmon"),
        ({"contact": {}}, "body /contact"),
    ],
)
def test_an_invalid_field_of_a_quote_is_named_in_the_problem(
    call: Handlers, body: dict[str, Any], fault: str
) -> None:
    refused = quote(call, **body)

    assert refused.problem == (422, "validation_failed")
    assert refused.faults == [fault]


def test_a_quote_needs_no_account(call: Handlers) -> None:
    assert quote(call).body == call("createQuote", {"guests": 12}, by=ADMIN).body

"""Every amount, percentage and time span in an example follows from policy or template."""

from datetime import date, datetime, time
from typing import Any, Final

import pytest
from local.example_events.example_values import BOOKED_AT
from tests.contract.documents import CONTRACT, TEMPLATE, walk
from tests.contract.openapi.test_examples import EXAMPLES

from teppan.domain.bookings.cancellation import refund_terms
from teppan.domain.bookings.party import Menu, party_of
from teppan.domain.bookings.pricing import price_of
from teppan.domain.bookings.slot import Occupancy, slot_at, unavailability_reason
from teppan.domain.ledger_balance import Balance
from teppan.domain.money import half_up
from teppan.domain.policy import CURRENT

TIERS: Final = {tier.percentage for tier in CURRENT.refund_tiers}
ACCESS_MINUTES: Final = TEMPLATE["Resources"]["UserPoolClient"]["Properties"]["AccessTokenValidity"]

STARTS: Final = {
    value["booking_id"]: datetime.fromisoformat(value["starts_at"])
    for value in EXAMPLES.values()
    if value.keys() >= {"booking_id", "starts_at", "version"} and value["version"] == 1
}
"""The start of an example's booking when it was created."""
PRICES: Final = {
    (value["booking_id"], value["guests"]): value["price"]["total"]
    for value in EXAMPLES.values()
    if value.keys() >= {"booking_id", "price"} and not value["travel_confirmed"]
}


def nodes_with(*fields: str) -> list[Any]:
    """Return every object in the examples with all of `fields`, as test parameters."""
    return [
        pytest.param(node, id=".".join((name, *path)))
        for name, value in EXAMPLES.items()
        for path, node in walk(value)
        if isinstance(node, dict) and node.keys() >= set(fields)
    ]


@pytest.mark.parametrize("node", nodes_with("payment_type", "amount"))
def test_a_payment_in_an_example_is_a_deposit_or_the_rest_of_a_price(node: dict[str, Any]) -> None:
    totals = set(PRICES.values())
    due = {
        "deposit": {CURRENT.deposit},
        "balance": {total - CURRENT.deposit for total in totals},
        "full": totals,
    }
    assert node["amount"] in due[node["payment_type"]]


@pytest.mark.parametrize("node", nodes_with("booking_id", "refund_percentage", "cancelled_at"))
def test_a_cancellation_in_an_example_refunds_the_percentage_of_the_deposit(
    node: dict[str, Any],
) -> None:
    at = datetime.fromisoformat(node["cancelled_at"])
    base = Balance(captured=CURRENT.deposit) if node["refund_amount"] else Balance()
    if node["refund_percentage"] in TIERS:
        terms = refund_terms(base, STARTS[node["booking_id"]], at, CURRENT)
        assert node["refund_percentage"] == terms.percentage
    assert node["refund_amount"] == half_up(base.captured, node["refund_percentage"], 100)
    assert (node["refund_status"] == "pending") == bool(node["refund_amount"])
    if "estimated_refund_date" in node:
        arrival = (at.astimezone(CURRENT.zone) + CURRENT.refund_arrival).date()
        assert date.fromisoformat(node["estimated_refund_date"]) == arrival


@pytest.mark.parametrize("node", nodes_with("quoted_at", "valid_until"))
def test_a_cancellation_quote_in_an_example_is_valid_until_its_percentage_falls(
    node: dict[str, Any],
) -> None:
    starts_at, at = STARTS[node["booking_id"]], datetime.fromisoformat(node["quoted_at"])
    terms = refund_terms(Balance(captured=node["refund_base"]), starts_at, at, CURRENT)
    assert node["refund_percentage"] == terms.percentage
    assert datetime.fromisoformat(node["valid_until"]) == terms.valid_until


@pytest.mark.parametrize("node", nodes_with("capacity", "remaining", "available"))
def test_a_slot_in_an_example_is_available_exactly_if_the_domain_allows_a_booking(
    node: dict[str, Any],
) -> None:
    slot = slot_at(date.fromisoformat(node["date"]), time.fromisoformat(node["time"]), CURRENT)
    booked = node["capacity"] - node["remaining"]
    reason = unavailability_reason(slot, Occupancy(node["capacity"], booked), BOOKED_AT, CURRENT)
    assert (node.get("reason"), node["available"]) == (reason, reason is None)


@pytest.mark.parametrize("node", nodes_with("capacity", "remaining", "booked"))
def test_a_slot_in_an_example_has_its_capacity_less_its_bookings_left(node: dict[str, Any]) -> None:
    assert node["booked"] + node["remaining"] == node["capacity"] <= CURRENT.max_capacity


@pytest.mark.parametrize("node", nodes_with("guests", "total", "created_at"))
def test_a_booking_in_a_list_example_has_the_price_of_its_own_example(node: dict[str, Any]) -> None:
    party = party_of(node["guests"], None, None, None)
    without_extras = price_of(party, Menu({}, {}), None, CURRENT).total
    assert node["total"] == PRICES.get((node["booking_id"], node["guests"]), without_extras)


@pytest.mark.parametrize("node", nodes_with("expires_in"))
def test_tokens_in_an_example_have_the_validity_of_the_template(node: dict[str, Any]) -> None:
    assert node["expires_in"] == ACCESS_MINUTES * 60


def test_the_available_times_in_an_example_are_start_times() -> None:
    problem = CONTRACT["components"]["examples"]["SlotUnavailable"]["value"]
    starts = {f"{each:%H:%M}" for each in CURRENT.start_times}
    assert set(problem["available_times"]) < starts


def test_the_page_sizes_of_the_contract_are_those_of_the_code() -> None:
    limit = CONTRACT["components"]["parameters"]["Limit"]["schema"]
    assert limit == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}

"""The examples of the contract obey the rules of the domain."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from tests.contract.documents import operations, walk

from teppan.domain.bookings.party import Menu, party_of
from teppan.domain.bookings.pricing import price_of
from teppan.domain.bookings.slot import slot_at
from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason
from teppan.domain.ledger_balance import balance_of
from teppan.domain.money import half_up
from teppan.domain.payment_status import PaymentPosition, payment_status
from teppan.domain.policy import POLICIES

EXAMPLES: dict[str, dict[str, Any]] = {
    f"{operation.id}-{status or 'body'}-{name}": example["value"]
    for operation in operations()
    for status, _, content in operation.contents
    for name, example in content.get("examples", {}).items()
    if "value" in example
}


def each_with(*fields: str) -> pytest.MarkDecorator:
    """Return the mark that runs a test for each example with all of `fields`."""
    chosen = {name: value for name, value in EXAMPLES.items() if value.keys() >= set(fields)}
    return pytest.mark.parametrize("example", chosen.values(), ids=chosen)


SLOTS = [
    pytest.param(node, id=f"{name}-{'.'.join(path)}")
    for name, value in EXAMPLES.items()
    for path, node in walk(value)
    if isinstance(node, dict) and node.keys() >= {"date", "time", "starts_at"}
]


@each_with("price")
def test_the_price_in_an_example_is_the_domains(example: dict[str, Any]) -> None:
    # Given
    policy, price = POLICIES[example["policy_version"]], example["price"]
    party = party_of(*(example[who] for who in ("guests", "adults", "children", "toddlers")))
    codes = {line["code"]: line["quantity"] for line in price["lines"]}
    menu = Menu(
        {code: codes[code] for code in policy.upgrade_prices if code in codes},
        {code: codes[code] for code in policy.add_on_prices if code in codes},
    )
    miles = policy.free_miles + codes["travel"] if example["travel_confirmed"] else None
    # When
    computed = price_of(party, menu, miles, policy)
    # Then
    assert example.get("travel_miles", miles) == miles
    assert example.get("menu", {}).get("upgrades", menu.upgrades) == menu.upgrades
    assert example.get("menu", {}).get("add_ons", menu.add_ons) == menu.add_ons
    assert price["lines"] == [
        {
            "code": line.code,
            "description": line.description,
            "quantity": line.quantity,
            "unit_amount": line.unit_amount,
            "amount": line.amount,
        }
        for line in computed.lines
    ]
    assert [price[name] for name in ("subtotal", "travel_fee", "tax", "total")] == [
        computed.subtotal,
        computed.travel_fee,
        computed.tax,
        computed.total,
    ]
    if "cancellation" not in example:
        due = price["deposit_due"] + price["balance_due"]
        assert price["amount_paid"] + due == price["total"]


@pytest.mark.parametrize("example", SLOTS)
def test_the_start_in_an_example_is_the_venues_local_time(example: dict[str, Any]) -> None:
    policy = POLICIES["2026-11"]
    slot = slot_at(date.fromisoformat(example["date"]), time.fromisoformat(example["time"]), policy)
    assert datetime.fromisoformat(example["starts_at"]) == slot.starts_at


@each_with("price", "starts_at")
def test_the_payment_deadlines_in_an_example_are_the_policys(example: dict[str, Any]) -> None:
    policy = POLICIES[example["policy_version"]]
    starts_at, made_at, payment_due_at, balance_due_at = (
        datetime.fromisoformat(example[name])
        for name in ("starts_at", "created_at", "payment_due_at", "balance_due_at")
    )
    first = min(made_at + policy.payment_window, starts_at - policy.payment_before_start)
    assert payment_due_at == first
    assert balance_due_at == max(starts_at - policy.balance_before_start, first)


@each_with("entries", "balance")
def test_the_balance_in_an_example_is_the_sum_of_its_ledger_entries(
    example: dict[str, Any],
) -> None:
    # Given
    entries = [
        LedgerEntry(
            reference=each["reference"],
            kind=EntryKind(each["kind"]),
            amount=each["amount"],
            at=datetime.fromisoformat(each["at"]),
            payment=each["payment_intent_id"],
            refund=each.get("refund"),
            reason=RefundReason(each["reason"]) if "reason" in each else None,
        )
        for each in example["entries"]
    ]
    # When
    balance = balance_of(entries)
    # Then
    assert example["balance"] == {name: getattr(balance, name) for name in example["balance"]}
    position = PaymentPosition(
        balance=balance,
        deposit_due=example["deposit_due"],
        balance_due=example["balance_due"],
        unpaid=max(0, example["total"] - balance.credited),
    )
    assert example["payment_status"] == payment_status(position)
    assert [each.at for each in entries] == sorted(each.at for each in entries)
    assert {each.payment for each in entries} == {
        each["payment_intent_id"] for each in example["payments"] if each["status"] == "succeeded"
    }
    due = example["deposit_due"] + example["balance_due"]
    live = example["booking_status"] != "cancelled"
    assert due == (example["total"] - balance.credited if live else 0)


@each_with("refund_id", "estimated_refund_date")
def test_the_estimated_refund_date_in_an_example_is_the_policys(example: dict[str, Any]) -> None:
    policy = POLICIES["2026-11"]
    promised = datetime.fromisoformat(example["created_at"]).astimezone(policy.zone)
    arrival = (promised + policy.refund_arrival).date()
    assert date.fromisoformat(example["estimated_refund_date"]) == arrival


@each_with("refund_base")
def test_the_refund_in_an_example_is_the_percentage_of_its_base(example: dict[str, Any]) -> None:
    percentage = example["refund_percentage"]
    assert example["refund_amount"] == half_up(example["refund_base"], percentage, 100)
    quoted_at, valid_until = (
        datetime.fromisoformat(example[name]) for name in ("quoted_at", "valid_until")
    )
    assert timedelta() < valid_until - quoted_at

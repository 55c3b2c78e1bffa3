"""Files generated from the contract are up to date, and the events are about one booking."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from local.example_events import example_values
from local.example_events.files import event_files, path_methods
from local.live_events.live_event import event_paths
from tests.builders import ROOT, caller
from tests.contract.documents import JSON, Operation, operations, walk

from teppan.services.idempotency import IdempotencyKey, derived_id

EVENTS: Final = event_files()
FILES: Final = EVENTS | path_methods()
OPERATIONS: Final = {each.id: each for each in operations()}
STALE: Final = "is missing or stale: run `make events`"


def test_every_event_file_is_one_that_make_events_writes() -> None:
    assert set(event_paths().values()) - set(EVENTS) == set(), "delete the files of no function"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_event_file_is_what_make_events_writes(path: Path) -> None:
    is_current = path.is_file() and path.read_text(encoding="utf-8") == FILES[path]
    assert is_current, f"{path.relative_to(ROOT)} {STALE}"


def test_the_booking_id_of_the_events_derives_from_its_customer_and_key() -> None:
    assert (
        derived("bkg", example_values.CUSTOMER, OPERATIONS["createBooking"])
        == example_values.BOOKING
    )
    assert examples(OPERATIONS["createBooking"], "201", "booking_id") == {example_values.BOOKING}


def test_the_refund_id_of_the_contract_derives_from_the_admin_and_the_key() -> None:
    refund = derived("ref", example_values.ADMIN, OPERATIONS["refundPayment"])
    assert examples(OPERATIONS["refundPayment"], "201", "refund_id") == {refund}


def test_the_people_and_times_of_the_events_are_those_of_the_contract() -> None:
    created = OPERATIONS["createBooking"]
    assert examples(created, "201", "customer_id") == {example_values.CUSTOMER}
    assert examples(created, "201", "created_at") == {
        example_values.instant(example_values.BOOKED_AT)
    }
    assert example_values.ADMIN in examples(OPERATIONS["getMe"], "200", "user_id")
    assert example_values.PAYMENT in examples(
        OPERATIONS["createPaymentIntent"], "201", "payment_intent_id"
    )
    cancelled = examples(OPERATIONS["cancelBooking"], "200", "cancelled_at")
    assert example_values.instant(example_values.CANCELLED_AT) in cancelled


def test_the_refund_in_the_stream_event_is_the_contracts_ledger_entry() -> None:
    record = json.loads(event_paths()["follow_up_payments"].read_bytes())["Records"][1]
    image = record["dynamodb"]["NewImage"]
    shown = [
        node
        for _, node in walk(OPERATIONS["listPayments"].spec)
        if isinstance(node, dict) and node.get("reason") == "cancellation"
    ]
    assert [each["reference"] for each in shown] == [image["reference"]["S"]]
    assert [each["at"] for each in shown] == [image["at"]["S"]]
    assert [str(each["amount"]) for each in shown] == [image["amount"]["N"]]


def derived(prefix: str, account: str, operation: Operation) -> str:
    """Return the id that `account` and the contract's `Idempotency-Key` give."""
    [key] = [each["example"] for each in operation.parameters if each["name"] == "Idempotency-Key"]
    return derived_id(prefix, caller(account), IdempotencyKey(key, fingerprint=""))


def examples(operation: Operation, status: str, field: str) -> set[Any]:
    """Return the values of `field` in the examples of an answer."""
    content = operation.spec["responses"][status]["content"][JSON]
    return {each["value"][field] for each in content["examples"].values()}

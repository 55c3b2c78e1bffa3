"""What the table's stream tells: which booking, and whether it was cancelled."""

from typing import Any

from teppan.store import keys
from teppan.store.stream import Change, changes


def record(key: tuple[str, str], number: str) -> dict[str, Any]:
    pk, sk = key
    return {
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}, "SequenceNumber": number},
    }


def test_a_new_promise_is_a_change_of_its_booking() -> None:
    key = keys.ledger_entry("bkg_1", "cancellation-2-1", "refund_owed")

    assert list(changes({"Records": [record(key, "7")]})) == [
        Change("7", "bkg_1", is_cancellation=False)
    ]


def test_the_booking_itself_is_told_when_it_was_cancelled() -> None:
    assert list(changes({"Records": [record(keys.booking("bkg_1"), "8")]})) == [
        Change("8", "bkg_1", is_cancellation=True)
    ]


def test_records_keep_their_order() -> None:
    records = [record(keys.booking(f"bkg_{n}"), str(n)) for n in (3, 1, 2)]

    assert [each.sequence_number for each in changes({"Records": records})] == ["3", "1", "2"]


def test_an_empty_batch_has_no_changes() -> None:
    assert list(changes({"Records": []})) == []

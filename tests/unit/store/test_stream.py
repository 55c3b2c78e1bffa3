"""What the table's stream tells: of which booking, and what is new of it."""

from typing import Any

import pytest
from tests.builders import ledger_entry

from teppan.domain.ledger import EntryKind
from teppan.store import keys
from teppan.store.attributes import Item, to_attributes
from teppan.store.items import ledger_item
from teppan.store.stream import Change, changes


def record(item: Item, number: str) -> dict[str, Any]:
    image = to_attributes(item)
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": {name: image[name] for name in ("pk", "sk")},
            "NewImage": image,
            "SequenceNumber": number,
        },
    }


def cancelled(booking_id: str, number: str) -> dict[str, Any]:
    pk, sk = keys.booking(booking_id)
    return record({"pk": pk, "sk": sk, "status": "cancelled"}, number)


@pytest.mark.parametrize("kind", EntryKind)
def test_a_new_entry_is_told_as_it_was_written(kind: EntryKind) -> None:
    entry = ledger_entry(kind)

    assert list(changes({"Records": [record(ledger_item("bkg_1", entry), "7")]})) == [
        Change("7", "bkg_1", entry)
    ]


def test_the_booking_itself_is_told_when_it_was_cancelled() -> None:
    assert list(changes({"Records": [cancelled("bkg_1", "8")]})) == [Change("8", "bkg_1", None)]


def test_records_keep_their_order() -> None:
    records = [cancelled(f"bkg_{n}", str(n)) for n in (3, 1, 2)]

    assert [each.sequence_number for each in changes({"Records": records})] == ["3", "1", "2"]


def test_an_empty_batch_has_no_changes() -> None:
    assert list(changes({"Records": []})) == []

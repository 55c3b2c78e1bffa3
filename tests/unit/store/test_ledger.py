"""Conversion of ledger entries to DynamoDB's attribute values and back."""

import pytest
from tests.builders import (
    ledger_entry,
)

from teppan.domain.ledger import EntryKind, RefundReason, RefusalReason
from teppan.store.attributes import Item, from_attributes, to_attributes
from teppan.store.ledger import entry_of, ledger_item


def stored(item: Item) -> Item:
    return from_attributes(to_attributes(item))


def test_a_ledger_entry_is_stored_under_its_natural_key() -> None:
    item = stored(ledger_item("bkg_1", ledger_entry(EntryKind.CAPTURED, 10_000)))

    assert item == {
        "pk": "BOOKING#bkg_1",
        "sk": "LEDGER#pi_1#captured",
        "reference": "pi_1",
        "kind": "captured",
        "amount": 10_000,
        "at": "2026-11-23T18:00:00Z",
        "payment": "pi_1",
    }


ENTRIES = {
    "captured": ledger_entry(EntryKind.CAPTURED),
    "owed": ledger_entry(
        EntryKind.REFUND_OWED,
        reference="cancellation-2-1",
        refund="cancellation-2-1",
        reason=RefundReason.CANCELLATION,
    ),
    "sent": ledger_entry(EntryKind.REFUND_SENT, reference="re_1", refund="cancellation-2-1"),
    "refused": ledger_entry(
        EntryKind.REFUND_REFUSED,
        reference="cancellation-2-1:1",
        refund="cancellation-2-1",
        reason=RefusalReason.PROVIDER_ERROR,
    ),
    "disputed": ledger_entry(EntryKind.DISPUTE_OPENED, reference="dp_1", dispute="dp_1"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_ledger_entry_is_read_back_as_it_was_stored(name: str) -> None:
    assert entry_of(stored(ledger_item("bkg_1", ENTRIES[name]))) == ENTRIES[name]


@pytest.mark.parametrize("reason", [*RefundReason, *RefusalReason])
def test_every_reason_of_an_entry_is_read_back_as_it_was_stored(
    reason: RefundReason | RefusalReason,
) -> None:
    entry = ledger_entry(EntryKind.REFUND_OWED, refund="r", reason=reason)

    found = entry_of(stored(ledger_item("bkg_1", entry)))

    assert found.reason is reason


def test_refund_reasons_and_refusal_reasons_have_different_values() -> None:
    """A stored reason is read back by its value only."""
    assert not set(RefundReason) & set(RefusalReason)


def test_ledger_entries_of_different_kinds_have_different_keys() -> None:
    keys = {
        (item["pk"], item["sk"])
        for kind in EntryKind
        for item in [ledger_item("bkg_1", ledger_entry(kind))]
    }

    assert len(keys) == len(EntryKind)

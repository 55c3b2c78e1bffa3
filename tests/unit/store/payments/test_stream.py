"""The follow-up work of a stream record: an alarm to raise, or payments to close."""

from typing import Any

import pytest
from tests.builders import ledger_entry

from teppan.domain.alarm import Alarm
from teppan.domain.ledger import EntryKind
from teppan.store import keys
from teppan.store.alarms import PendingAlarm
from teppan.store.attributes import Item, to_attributes
from teppan.store.ledger import ledger_item
from teppan.store.payments.stream import FollowUp, records

MARK = "2026-12-25T02:00:00Z#bkg_1#3"


def record(item: Item, number: str = "7") -> dict[str, Any]:
    image = to_attributes(item)
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": {name: image[name] for name in ("pk", "sk")},
            "NewImage": image,
            "SequenceNumber": number,
        },
    }


def guard(**attributes: Any) -> Item:
    pk, sk = keys.open_payment("bkg_1")
    return {"pk": pk, "sk": sk, "open": "bkg_1:deposit:1", "attempts": 1, **attributes}


def follow_up(item: Item) -> FollowUp:
    (found,) = records({"Records": [record(item)]})
    return found.follow_up()


def test_a_stream_record_of_an_entry_with_an_alarm_asks_to_raise_it() -> None:
    entry = ledger_entry(EntryKind.DISPUTE_OPENED)
    item = ledger_item("bkg_1", entry)

    assert follow_up(item) == FollowUp(
        "bkg_1",
        alarm=PendingAlarm(
            Alarm.DISPUTES_OPENED, entry.payment, (item["pk"], item["sk"]), item["gsi4sk"]
        ),
    )


def test_a_stream_record_of_an_entry_without_an_alarm_raises_none() -> None:
    assert follow_up(ledger_item("bkg_1", ledger_entry(EntryKind.REFUND_OWED))) == FollowUp("bkg_1")


def test_a_stream_record_with_a_closing_mark_asks_to_close_payments() -> None:
    marked = guard(gsi4pk=keys.CLOSE, gsi4sk=MARK)

    assert follow_up(marked) == FollowUp("bkg_1", closing_mark=MARK)


def test_a_stream_record_of_a_guard_without_a_mark_closes_nothing() -> None:
    assert follow_up(guard()) == FollowUp("bkg_1")


def test_stream_records_keep_their_order() -> None:
    batch = {"Records": [record(guard(), str(n)) for n in (3, 1, 2)]}

    assert [each.sequence_number for each in records(batch)] == ["3", "1", "2"]


def test_an_empty_stream_batch_has_no_records() -> None:
    assert records({"Records": []}) == []


@pytest.mark.parametrize("missing", ["NewImage", "Keys"])
def test_a_broken_stream_record_is_logged_by_its_booking_or_number(missing: str) -> None:
    broken = record(guard())
    del broken["dynamodb"][missing]

    (found,) = records({"Records": [broken]})

    assert found.sequence_number == "7"
    assert str(found) == ("7" if missing == "Keys" else "bkg_1")
    assert "deposit" not in repr(found)


def test_a_stream_record_without_a_number_fails_the_batch() -> None:
    broken = record(guard())
    del broken["dynamodb"]["SequenceNumber"]

    with pytest.raises(KeyError):
        records({"Records": [record(guard()), broken]})

"""The ledger: the order of its entries (`domain.md §4, §7`)."""

import itertools
from datetime import timedelta

from tests.builders import NOW, ledger_entry

from teppan.domain.ledger import EntryKind, sorted_entries

CAPTURED, OWED = EntryKind.CAPTURED, EntryKind.REFUND_OWED
SENT, REFUNDED = EntryKind.REFUND_SENT, EntryKind.REFUNDED


def test_entries_are_sorted_by_time_and_within_a_second_by_lifecycle() -> None:
    later = NOW + timedelta(seconds=1)
    sorted_ledger = [
        ledger_entry(CAPTURED),
        ledger_entry(OWED),
        ledger_entry(SENT, reference="re_1"),
        ledger_entry(SENT, reference="re_2"),
        ledger_entry(REFUNDED, reference="re_1"),
        ledger_entry(CAPTURED, at=later),
    ]

    for shuffled in itertools.islice(itertools.permutations(sorted_ledger), 0, 720, 7):
        assert sorted_entries(shuffled) == sorted_ledger


def test_a_refund_is_sorted_after_the_dispute_that_causes_it() -> None:
    sorted_ledger = [
        ledger_entry(EntryKind.DISPUTE_OPENED, reference="dp_1"),
        ledger_entry(EntryKind.DISPUTE_WON, reference="dp_1"),
        ledger_entry(OWED),
        ledger_entry(SENT, reference="re_1"),
    ]

    assert sorted_entries(reversed(sorted_ledger)) == sorted_ledger

"""The ledger entries that raise an alarm (`domain.md §7`)."""

from dataclasses import replace

import pytest
from tests.builders import ledger_entry

from teppan.domain.alarm import Alarm, alarm_of
from teppan.domain.ledger import EntryKind, RefundReason, RefusalReason


@pytest.mark.parametrize(
    ("kind", "reason", "alarm"),
    [
        (EntryKind.REFUND_FAILED, None, Alarm.REFUNDS_FAILED),
        (EntryKind.REFUND_REFUSED, RefusalReason.REFUSED, Alarm.REFUNDS_FAILED),
        (EntryKind.DISPUTE_OPENED, None, Alarm.DISPUTES_OPENED),
        (EntryKind.GOODWILL_OWED, RefundReason.UNMATCHED, Alarm.PAYMENTS_UNMATCHED),
    ],
)
def test_entries_that_need_attention_raise_their_alarm(
    kind: EntryKind, reason: RefundReason | RefusalReason | None, alarm: Alarm
) -> None:
    assert alarm_of(replace(ledger_entry(kind), reason=reason)) is alarm


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (EntryKind.CAPTURED, None),
        (EntryKind.REFUND_OWED, RefundReason.CANCELLATION),
        (EntryKind.GOODWILL_OWED, RefundReason.STAFF),
        (EntryKind.GOODWILL_OWED, RefundReason.DASHBOARD),
        (EntryKind.REFUND_REFUSED, RefusalReason.PROVIDER_ERROR),
        (EntryKind.REFUND_REFUSED, RefusalReason.CANCELED_BY_STAFF),
    ],
)
def test_entries_that_need_no_attention_raise_no_alarm(
    kind: EntryKind, reason: RefundReason | RefusalReason | None
) -> None:
    assert alarm_of(replace(ledger_entry(kind), reason=reason)) is None

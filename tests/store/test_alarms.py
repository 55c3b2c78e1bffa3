"""Marks of pending alarms in the table."""

from datetime import timedelta

from tests.builders import NOW

from teppan.domain.alarm import Alarm
from teppan.domain.webhook_event import EventSource
from teppan.store import alarms, keys
from teppan.store.table import Put, Table

KEY = keys.webhook(EventSource.STRIPE, "evt_1")


def mark(table: Table, alarm: Alarm, seconds: int) -> alarms.PendingAlarm:
    """Mark the item with an alarm, raised that many seconds later, and return it."""
    item = dict(zip(("pk", "sk"), KEY, strict=True))
    marked = item | alarms.mark(alarm, "evt_1", NOW + timedelta(seconds=seconds))
    table.write(Put(marked, "attribute_exists(pk) OR attribute_not_exists(pk)"))
    pending = alarms.pending_on(marked)
    assert pending is not None
    return pending


def test_removing_a_mark_leaves_a_newer_mark_of_the_same_item(table: Table) -> None:
    older = mark(table, Alarm.EVENTS_FAILED, 0)
    newer = mark(table, Alarm.EVENTS_FAILED, 1)

    alarms.remove(table, older)

    assert alarms.is_pending(table, newer)
    alarms.remove(table, newer)
    assert not alarms.is_pending(table, newer)

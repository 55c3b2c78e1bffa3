"""Pending alarms: each is a mark on the item that the alarm is about.

The mark is written in the transaction that writes the item, and removed after the alarm was raised.
An alarm is therefore raised at least once, even if a function stops in between.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from teppan.clock import to_rfc3339
from teppan.domain.alarm import Alarm
from teppan.store import keys
from teppan.store.attributes import Item, Key
from teppan.store.failures import ConditionFailed
from teppan.store.table import Table, Update


class PendingAlarm(NamedTuple):
    """An alarm to raise, its subject, and the key and the mark of the item that it is about."""

    alarm: Alarm
    subject: str
    key: Key
    mark: str


def mark(alarm: Alarm, subject: str, at: datetime) -> Item:
    """Return the attributes of a mark; `subject` (no personal data) goes into the log."""
    return {"gsi4pk": keys.ALARMS, "gsi4sk": f"{to_rfc3339(at)}#{alarm}#{subject}"}


class MarkedItem(NamedTuple):
    """A marked item from the index; its alarm is read separately, because reading may fail."""

    item: Item

    def __str__(self) -> str:
        """Return the mark, which holds no personal data."""
        return str(self.item["gsi4sk"])

    def alarm(self) -> PendingAlarm:
        """Return the alarm to raise; raises `ValueError` if only a newer release knows it."""
        return _pending_alarm(self.item)


def pending(table: Table, until: datetime) -> Iterator[MarkedItem]:
    """Yield the items whose alarm has been pending since `until` or longer, oldest first."""
    items = table.query_all(
        "gsi4pk = :alarms AND gsi4sk <= :until",
        {"alarms": keys.ALARMS, "until": f"{to_rfc3339(until)}~"},
        index=keys.BY_WORK,
    )
    return map(MarkedItem, items)


def pending_on(item: Item) -> PendingAlarm | None:
    """Return the pending alarm of the item, or None."""
    return _pending_alarm(item) if item.get("gsi4pk") == keys.ALARMS else None


def is_pending(table: Table, alarm: PendingAlarm) -> bool:
    """Return whether the alarm is still pending."""
    item = table.get(alarm.key)
    return item is not None and item.get("gsi4sk") == alarm.mark


def remove(table: Table, alarm: PendingAlarm) -> None:
    """Remove the mark after the alarm was raised."""
    with suppress(ConditionFailed):
        table.update(
            Update(alarm.key, "REMOVE gsi4pk, gsi4sk", "gsi4sk = :mark", {"mark": alarm.mark})
        )


def _pending_alarm(item: Item) -> PendingAlarm:
    _, alarm, subject = item["gsi4sk"].split("#", 2)
    return PendingAlarm(Alarm(alarm), subject, (item["pk"], item["sk"]), item["gsi4sk"])

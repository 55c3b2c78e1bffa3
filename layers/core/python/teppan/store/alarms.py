"""Alarms that are still to be raised: a mark on the item that each is about.

The mark is written with the item, in the item's own transaction, and removed after the alarm has
been raised; so an alarm is raised at least once, whoever stops in between.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from teppan.clock import to_rfc3339
from teppan.domain.alarm import Alarm
from teppan.store import keys
from teppan.store.attributes import Item, Key
from teppan.store.table import ConditionFailed, Table, Update


class PendingAlarm(NamedTuple):
    """An alarm to raise, and the item that it is about: its key and its mark."""

    alarm: Alarm
    subject: str
    key: Key
    mark: str


def mark(alarm: Alarm, subject: str, at: datetime) -> Item:
    """Return the attributes that mark an item; `subject` (no personal data) goes into the log."""
    return {"gsi4pk": keys.ALARMS, "gsi4sk": f"{to_rfc3339(at)}#{alarm}#{subject}"}


class Marked(NamedTuple):
    """A marked item as the index has it; each is read by itself, because one may be unreadable."""

    item: Item

    def __str__(self) -> str:
        """Return the mark, which holds no personal data."""
        return str(self.item["gsi4sk"])

    def alarm(self) -> PendingAlarm:
        """Return the alarm to raise; raises `ValueError` when a newer version knows it alone."""
        return _pending(self.item)


def marked(table: Table, until: datetime) -> Iterator[Marked]:
    """Yield the items whose alarm has waited to be raised since `until` or longer, oldest first."""
    items = table.query_all(
        "gsi4pk = :alarms AND gsi4sk <= :until",
        {"alarms": keys.ALARMS, "until": f"{to_rfc3339(until)}~"},
        index=keys.BY_WORK,
    )
    return map(Marked, items)


def pending_on(item: Item) -> PendingAlarm | None:
    """Return the alarm that the item is marked with, if it is."""
    return _pending(item) if item.get("gsi4pk") == keys.ALARMS else None


def is_pending(table: Table, alarm: PendingAlarm) -> bool:
    """Return whether the alarm is still to be raised."""
    item = table.get(alarm.key)
    return item is not None and item.get("gsi4sk") == alarm.mark


def raised(table: Table, alarm: PendingAlarm) -> None:
    """Remove the mark: the alarm has been raised."""
    with suppress(ConditionFailed):
        table.update(
            Update(alarm.key, "REMOVE gsi4pk, gsi4sk", "gsi4sk = :mark", {"mark": alarm.mark})
        )


def _pending(item: Item) -> PendingAlarm:
    _, alarm, subject = item["gsi4sk"].split("#", 2)
    return PendingAlarm(Alarm(alarm), subject, (item["pk"], item["sk"]), item["gsi4sk"])

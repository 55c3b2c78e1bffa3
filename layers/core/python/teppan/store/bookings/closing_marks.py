"""Marks on bookings of which an open payment may ask for more than is due (`domain.md §5`).

The mark is written in the transaction of the step that leaves less due, and removed after what asks
too much has been closed; so it is closed at least once, whoever stops in between.
"""

from collections.abc import Iterator
from contextlib import suppress

from teppan.clock import to_rfc3339
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import less_is_due
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.queue import Queued
from teppan.store.table import ConditionFailed, Table, Update


def closing_mark(before: Booking, after: Booking) -> list[Update]:
    """Return the mark that goes with a step after which an open attempt may ask too much."""
    if not less_is_due(before, after):
        return []
    place = f"{to_rfc3339(after.updated_at)}#{after.id}#{after.version}"
    return [
        Update(
            keys.open_payment(after.id),
            "SET gsi4pk = :close, gsi4sk = :place",
            None,
            {"close": keys.CLOSE, "place": place},
        )
    ]


def to_close(table: Table) -> Iterator[Queued]:
    """Yield the bookings of which an open attempt may ask too much, the longest marked first."""
    for item in table.query_all("gsi4pk = :close", {"close": keys.CLOSE}, index=keys.BY_WORK):
        yield Queued(keys.booking_id(item["pk"]), item["gsi4sk"])


def mark_of(guard: Item) -> str | None:
    """Return the mark on the stored guard, if it has one."""
    return str(guard["gsi4sk"]) if guard.get("gsi4pk") == keys.CLOSE else None


def unmark(table: Table, booking_id: str, mark: str) -> None:
    """Remove the mark: what is open now asks no more than is due. A newer mark stays."""
    write = Update(
        keys.open_payment(booking_id), "REMOVE gsi4pk, gsi4sk", "gsi4sk = :mark", {"mark": mark}
    )
    with suppress(ConditionFailed):
        table.update(write)

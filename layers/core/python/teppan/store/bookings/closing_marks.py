"""Closing marks: marks on bookings whose open payments may exceed what is due (`domain.md §5`).

The mark is written in the transaction of the step that leaves less due. It is removed after the
excess payments were closed. They are therefore closed at least once, even if a function stops in
between.
"""

from collections.abc import Iterator
from contextlib import suppress

from teppan.clock import to_rfc3339
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import is_less_due
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.failures import ConditionFailed
from teppan.store.queue import Queued
from teppan.store.table import Table, Update


def mark(before: Booking, after: Booking) -> list[Update]:
    """Return the write that marks the booking, if the step leaves less due."""
    if not is_less_due(before, after):
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


def pending(table: Table) -> Iterator[Queued]:
    """Yield the marked bookings, the longest marked first."""
    for item in table.query_all("gsi4pk = :close", {"close": keys.CLOSE}, index=keys.BY_WORK):
        yield Queued(keys.booking_id(item["pk"]), item["gsi4sk"])


def mark_on(guard: Item) -> str | None:
    """Return the mark on the guard of a booking's payment attempts, or None."""
    return str(guard["gsi4sk"]) if guard.get("gsi4pk") == keys.CLOSE else None


def remove(table: Table, booking_id: str, mark: str) -> None:
    """Remove the mark after the excess payments were closed. A newer mark stays."""
    write = Update(
        keys.open_payment(booking_id), "REMOVE gsi4pk, gsi4sk", "gsi4sk = :mark", {"mark": mark}
    )
    with suppress(ConditionFailed):
        table.update(write)

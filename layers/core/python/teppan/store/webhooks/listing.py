"""The list of webhook events, newest first, from the index by month.

A page is filled from one Query a month, or more if a filter matches little.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from teppan.clock import from_rfc3339
from teppan.domain.webhook_event import EventSource, EventState
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.list_pages import QUERIES, Position, midnight, months, read_partition
from teppan.store.table import Page, Table

LISTED: Final = (
    "type",
    "error",
    "attempts",
    "received_at",
    "handled_at",
    "payment_intent_id",
    "size",
    "raw_kept",
)
"""The attributes that the index projects for events only; others it projects for bookings too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """The events to list, by the day of receipt (UTC); both days are included.

    A day is None where the request names none; `events` requires both.
    """

    limit: int
    source: EventSource
    first: date | None = None
    last: date | None = None
    state: EventState | None = None
    type: str | None = None
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """An event as lists show it, without its payload."""

    id: str
    source: EventSource
    type: str
    state: EventState
    deliveries: int
    size: int
    raw_kept: bool
    created_at: datetime
    received_at: datetime
    handled_at: datetime | None = None
    error: str | None = None
    payment: str | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first, and the position of the next page, if any."""

    items: list[InboxEvent]
    next: Position | None


def events(table: Table, query: EventQuery) -> EventPage:
    """Return one page of `query`."""
    if query.first is None or query.last is None:
        raise ValueError("a list of events needs both days")
    rows: list[Item] = []
    first, last = query.first, query.last
    partitions = _partitions(query, first, last)
    start = query.after.start if query.after else ""
    for _ in range(QUERIES):
        page = _read(table, query, (first, last), partitions[0], start)
        rows += page.items
        if len(rows) > query.limit:
            shown = rows[: query.limit]
            partition, start = shown[-1]["gsi2pk"], shown[-1]["gsi2sk"]
            return _page(shown, Position(partition, start, f"{first}", f"{last}"))
        if page.stopped_at:
            start = page.stopped_at["gsi2sk"]
        else:
            partitions, start = partitions[1:], ""
        if not partitions:
            return _page(rows, None)
    return _page(rows, Position(partitions[0], start, f"{first}", f"{last}"))


def _page(shown: list[Item], position: Position | None) -> EventPage:
    return EventPage([_event_of(each) for each in shown], position)


def _read(
    table: Table, query: EventQuery, days: tuple[date, date], partition: str, start: str
) -> Page:
    first, last = days
    return read_partition(
        table,
        keys.BY_MONTH,
        partition,
        (midnight(first, UTC), midnight(last + timedelta(days=1), UTC)),
        {"status": query.state and query.state.value, "type": query.type},
        limit=query.limit,
        forward=False,
        after=_start_key(query.source, partition, start),
    )


def _start_key(source: EventSource, partition: str, start: str) -> Item | None:
    if not start:
        return None
    pk, sk = keys.webhook(source, start.partition("#")[2])
    return {"pk": pk, "sk": sk, "gsi2pk": partition, "gsi2sk": start}


def _partitions(query: EventQuery, first: date, last: date) -> list[str]:
    """Return the partitions of the list, newest first, beginning with the one of `query.after`."""
    partitions = [keys.webhook_month(query.source, each) for each in reversed(months(first, last))]
    if query.after:
        return [each for each in partitions if each <= query.after.partition]
    return partitions


def _event_of(item: Item) -> InboxEvent:
    source, _, event_id = item["pk"].removeprefix("WEBHOOK#").partition("#")
    handled_at = item.get("handled_at")
    return InboxEvent(
        id=event_id,
        source=EventSource(source),
        type=item["type"],
        state=EventState(item["status"]),
        deliveries=item["attempts"],
        size=item["size"],
        raw_kept=item["raw_kept"],
        created_at=from_rfc3339(item["created_at"]),
        received_at=from_rfc3339(item["received_at"]),
        handled_at=from_rfc3339(handled_at) if handled_at else None,
        error=item.get("error"),
        payment=item.get("payment_intent_id"),
    )

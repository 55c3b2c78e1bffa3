"""The list of webhook events, newest first, from the index by month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.webhook_event import EventSource, EventState
from teppan.store import keys
from teppan.store.attributes import Item
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

_EXAMINED_WITH_FILTER: Final = 500
_QUERIES: Final = 14


class Place(NamedTuple):
    """A place in a list: behind sort key `behind` in the partition of `month` (`yyyy-mm`)."""

    month: str
    behind: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """The events to list, by the day of receipt (UTC); both days are required and included."""

    limit: int
    source: EventSource
    first: date | None = None
    last: date | None = None
    state: EventState | None = None
    type: str | None = None
    after: Place | None = None


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
    """Events, newest first, and the place of the next page, if any."""

    items: list[InboxEvent]
    next: Place | None


def events(table: Table, query: EventQuery) -> EventPage:
    """Return one page of `query`, by one Query a month, or more if a filter matches little.

    A page may be short or empty and still have a next page.
    """
    if query.first is None or query.last is None:
        raise ValueError("a list of events needs both days")
    rows: list[Item] = []
    first, last = query.first, query.last
    months = list(_months(first, last, query.after))
    behind = query.after.behind if query.after else ""
    for _ in range(_QUERIES):
        page = _read(table, query, (first, last), months[0], behind)
        rows += page.items
        if len(rows) > query.limit:
            shown = rows[: query.limit]
            month, behind = shown[-1]["gsi2pk"][-7:], shown[-1]["gsi2sk"]
            return _page(shown, Place(month, behind, f"{first}", f"{last}"))
        if page.stopped_at:
            behind = page.stopped_at["gsi2sk"]
        else:
            months, behind = months[1:], ""
        if not months:
            return _page(rows, None)
    return _page(rows, Place(months[0], behind, f"{first}", f"{last}"))


def _page(shown: list[Item], place: Place | None) -> EventPage:
    return EventPage([_event_of(each) for each in shown], place)


def _read(
    table: Table, query: EventQuery, days: tuple[date, date], month: str, behind: str
) -> Page:
    filters = {
        name: value
        for name, value in (("status", query.state and query.state.value), ("type", query.type))
        if value is not None
    }
    partition = keys.webhook_month(query.source, date.fromisoformat(f"{month}-01"))
    start = None
    if behind:
        pk, sk = keys.webhook(query.source, behind.partition("#")[2])
        start = {"pk": pk, "sk": sk, "gsi2pk": partition, "gsi2sk": behind}
    return table.query(
        "gsi2pk = :partition AND gsi2sk BETWEEN :first AND :last",
        {
            "partition": partition,
            "first": _midnight(days[0]),
            "last": _midnight(days[1] + timedelta(days=1)),
            **filters,
        },
        index=keys.BY_MONTH,
        filter_by=" AND ".join(f"#{name} = :{name}" for name in filters) or None,
        names={f"#{name}": name for name in filters} or None,
        forward=False,
        limit=_EXAMINED_WITH_FILTER if filters else query.limit + 1,
        after=start,
    )


def _months(first: date, last: date, after: Place | None) -> Iterator[str]:
    """Yield the months (`yyyy-mm`) of the list, newest first, beginning at the place `after`."""
    days = (last - timedelta(days=n) for n in range((last - first).days + 1))
    months = dict.fromkeys(f"{day:%Y-%m}" for day in days)
    start = after.month if after else "9"
    return (month for month in months if month <= start)


def _midnight(day: date) -> str:
    return to_rfc3339(datetime.combine(day, time.min, UTC))


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

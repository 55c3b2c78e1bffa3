"""Lists of bookings by start, from the indexes: a page costs the same whatever the table holds.

A page is one Query. Where it would come back empty-handed (a month without bookings, a filter that
matches nothing nearby) it goes on, a fixed number of times; a page may thus be short, or even
empty, and still have a next one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from teppan.clock import to_rfc3339
from teppan.domain.bookings.transition import Status
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.policy import CURRENT
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.table import Page, Table

SUMMARY: Final = (
    "booking_id",
    "version",
    "status",
    "payment_status",
    "customer_id",
    "date",
    "time",
    "timezone",
    "starts_at",
    "guests",
    "total",
    "created_at",
)
"""What the indexes project of a booking: what a list shows, and nothing personal."""

_EXAMINED_WITH_FILTER = 500
_QUERIES = 14


class Position(NamedTuple):
    """A place in a list: in partition `partition`, behind sort key `start` (empty: at its top).

    `first` and `last` are the dates of the list (ISO, or empty), so that a list whose bounds follow
    the calendar is walked to the end as it was begun.
    """

    partition: str
    start: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingQuery:
    """Which bookings, in which order; the dates are local and both included.

    Without `customer_id` both dates are needed.
    """

    limit: int
    customer_id: str | None = None
    first: date | None = None
    last: date | None = None
    status: Status | None = None
    payment_status: PaymentStatus | None = None
    descending: bool = False
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class BookingPage:
    """Summaries in order of start, and the place to go on from, if any."""

    items: list[Item]
    next: Position | None


def bookings(table: Table, query: BookingQuery) -> BookingPage:
    """Return one page of `query`."""
    place: Position | None = query.after or _top(query, _partitions(query)[0])
    for _ in range(_QUERIES):
        if place is None:
            return BookingPage([], None)
        page = _read(table, query, place)
        rows, place = page.items[: query.limit], _next(query, place, page)
        if rows:
            return BookingPage([{name: row[name] for name in SUMMARY} for row in rows], place)
    return BookingPage([], place)


def all_between(table: Table, first: date, last: date) -> Iterator[Item]:
    """Yield the summaries of all bookings from local day `first` to `last`, month by month."""
    for partition in _partitions(BookingQuery(limit=1, first=first, last=last)):
        yield from table.query_all(
            "gsi2pk = :partition", {"partition": partition}, index=keys.BY_MONTH
        )


def _read(table: Table, query: BookingQuery, place: Position) -> Page:
    index, prefix = (keys.BY_CUSTOMER, "gsi1") if query.customer_id else (keys.BY_MONTH, "gsi2")
    filters = {
        name: value.value
        for name in ("status", "payment_status")
        if (value := getattr(query, name)) is not None
    }
    return table.query(
        f"{prefix}pk = :partition AND {prefix}sk BETWEEN :first AND :last",
        {
            "partition": place.partition,
            "first": _midnight(query.first) if query.first else "0",
            "last": _midnight(query.last + timedelta(days=1)) if query.last else "9",
            **filters,
        },
        index=index,
        filter_by=" AND ".join(f"#{name} = :{name}" for name in filters) or None,
        names={f"#{name}": name for name in filters} or None,
        forward=not query.descending,
        limit=_EXAMINED_WITH_FILTER if filters else query.limit + 1,
        after=_start_key(prefix, place),
    )


def _next(query: BookingQuery, place: Position, page: Page) -> Position | None:
    """Return where the list goes on: behind the last row shown, or the last one examined."""
    index = "gsi1sk" if query.customer_id else "gsi2sk"
    if len(page.items) > query.limit:
        return place._replace(start=page.items[query.limit - 1][index])
    if page.stopped_at:
        return place._replace(start=page.stopped_at[index])
    behind = (each for each in _partitions(query) if _behind(query, each, place))
    return next((_top(query, each) for each in behind), None)


def _top(query: BookingQuery, partition: str) -> Position:
    first, last = query.first, query.last
    return Position(
        partition,
        first=first.isoformat() if first else "",
        last=last.isoformat() if last else "",
    )


def _behind(query: BookingQuery, partition: str, place: Position) -> bool:
    return partition < place.partition if query.descending else partition > place.partition


def _partitions(query: BookingQuery) -> list[str]:
    """Return the partitions to walk, in the order of the list."""
    if query.customer_id:
        return [keys.customer(query.customer_id)]
    if query.first is None or query.last is None:
        raise ValueError("a list across customers needs both dates")
    days = (query.last - query.first).days + 1
    months = dict.fromkeys(keys.booking_month(query.first + timedelta(days=n)) for n in range(days))
    return sorted(months, reverse=query.descending)


def _start_key(prefix: str, place: Position) -> dict[str, str] | None:
    if not place.start:
        return None
    _, booking_id = place.start.split("#")
    pk, sk = keys.booking(booking_id)
    return {"pk": pk, "sk": sk, f"{prefix}pk": place.partition, f"{prefix}sk": place.start}


def _midnight(day: date) -> str:
    """Return the instant at which `day` begins at the venue."""
    local = datetime.combine(day, time.min, CURRENT.zone)
    return to_rfc3339(local.astimezone(UTC))

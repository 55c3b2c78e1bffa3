"""Lists of bookings by start, from the indexes; a page costs the same in a table of any size.

A page has the items of one Query, the first that returns any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from teppan.domain.bookings.transition import Status
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.policy import CURRENT
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.list_pages import QUERIES, Position, midnight, months, read_partition
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
"""The attributes of a booking that the indexes project: those of a list, no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingQuery:
    """The bookings to list and their order; the dates are local, and both are included.

    A date is None where the request names none; without `customer_id`, `bookings` requires both.
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
    """Summaries in order of start, and the position of the next page, if any."""

    items: list[Item]
    next: Position | None


def bookings(table: Table, query: BookingQuery) -> BookingPage:
    """Return one page of `query`."""
    position: Position | None = query.after or _beginning(query, _partitions(query)[0])
    for _ in range(QUERIES):
        if position is None:
            return BookingPage([], None)
        page = _read(table, query, position)
        rows, position = page.items[: query.limit], _next(query, position, page)
        if rows:
            return BookingPage([{name: row[name] for name in SUMMARY} for row in rows], position)
    return BookingPage([], position)


def all_between(table: Table, first: date, last: date) -> Iterator[Item]:
    """Yield the summaries of all bookings from local day `first` to `last`, month by month."""
    for partition in _partitions(BookingQuery(limit=1, first=first, last=last)):
        yield from table.query_all(
            "gsi2pk = :partition", {"partition": partition}, index=keys.BY_MONTH
        )


def _read(table: Table, query: BookingQuery, position: Position) -> Page:
    index = keys.BY_CUSTOMER if query.customer_id else keys.BY_MONTH
    return read_partition(
        table,
        index,
        position.partition,
        (
            midnight(query.first, CURRENT.zone) if query.first else "0",
            midnight(query.last + timedelta(days=1), CURRENT.zone) if query.last else "9",
        ),
        {
            "status": query.status and query.status.value,
            "payment_status": query.payment_status and query.payment_status.value,
        },
        limit=query.limit,
        forward=not query.descending,
        after=_start_key(index.lower(), position),
    )


def _next(query: BookingQuery, position: Position, page: Page) -> Position | None:
    """Return the position behind the last row shown, or behind the last row examined."""
    sort_key = "gsi1sk" if query.customer_id else "gsi2sk"
    if len(page.items) > query.limit:
        return position._replace(start=page.items[query.limit - 1][sort_key])
    if page.stopped_at:
        return position._replace(start=page.stopped_at[sort_key])
    later = (each for each in _partitions(query) if _is_later(query, each, position))
    return next((_beginning(query, each) for each in later), None)


def _beginning(query: BookingQuery, partition: str) -> Position:
    first, last = query.first, query.last
    return Position(
        partition,
        first=first.isoformat() if first else "",
        last=last.isoformat() if last else "",
    )


def _is_later(query: BookingQuery, partition: str, position: Position) -> bool:
    if query.descending:
        return partition < position.partition
    return partition > position.partition


def _partitions(query: BookingQuery) -> list[str]:
    """Return the partitions of the list, in its order."""
    if query.customer_id:
        return [keys.customer(query.customer_id)]
    if query.first is None or query.last is None:
        raise ValueError("a list across customers needs both dates")
    partitions = [keys.booking_month(month) for month in months(query.first, query.last)]
    return partitions[::-1] if query.descending else partitions


def _start_key(prefix: str, position: Position) -> dict[str, str] | None:
    if not position.start:
        return None
    _, booking_id = position.start.split("#")
    pk, sk = keys.booking(booking_id)
    return {"pk": pk, "sk": sk, f"{prefix}pk": position.partition, f"{prefix}sk": position.start}

"""Lists in pages, read from the index of a customer or of a month.

A page is one Query. If a Query returns less than a page (a month without items, a filter without a
match nearby), further Queries follow, up to `QUERIES`. A page may therefore be short or empty and
still have a next page.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from teppan.clock import to_rfc3339
from teppan.store.attributes import Item
from teppan.store.table import Page, Table

QUERIES: Final = 14
"""The most Queries for one page."""

EXAMINED_WITH_FILTER: Final = 500
"""The items that a Query with a filter examines."""


class Position(NamedTuple):
    """A place in a list: in `partition`, behind sort key `start` (empty: at its beginning).

    `first` and `last` are the dates of the list (ISO, or empty). They keep the bounds of a list the
    same on all its pages, also if the day changes meanwhile.
    """

    partition: str
    start: str = ""
    first: str = ""
    last: str = ""


def read_partition(
    table: Table,
    index: str,
    partition: str,
    between: tuple[str, str],
    filters: Mapping[str, str | None],
    *,
    limit: int,
    forward: bool,
    after: Item | None,
) -> Page:
    """Read the items of a partition whose sort keys are `between` two, from `after` on.

    `filters` are values by attribute; None matches any. Without a filter, one item more than
    `limit` is read, so that the caller knows whether there are more.
    """
    prefix = index.lower()
    given = {name: value for name, value in filters.items() if value is not None}
    first, last = between
    return table.query(
        f"{prefix}pk = :partition AND {prefix}sk BETWEEN :first AND :last",
        {"partition": partition, "first": first, "last": last, **given},
        index=index,
        filter_by=" AND ".join(f"#{name} = :{name}" for name in given) or None,
        names={f"#{name}": name for name in given} or None,
        forward=forward,
        limit=EXAMINED_WITH_FILTER if given else limit + 1,
        after=after,
    )


def months(first: date, last: date) -> list[date]:
    """Return the first day of each month from `first` to `last`, both included."""
    days = (last - first).days + 1
    return list(dict.fromkeys((first + timedelta(days=n)).replace(day=1) for n in range(days)))


def midnight(day: date, zone: tzinfo) -> str:
    """Return the instant at which `day` begins in `zone`."""
    return to_rfc3339(datetime.combine(day, time.min, zone).astimezone(UTC))

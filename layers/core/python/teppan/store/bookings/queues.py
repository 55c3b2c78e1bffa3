"""The queues of bookings that a job has to process."""

from collections.abc import Iterator
from datetime import datetime

from teppan.clock import to_rfc3339
from teppan.store import keys
from teppan.store.queue import Queued
from teppan.store.table import Table


def due(table: Table, job: str, now: datetime) -> Iterator[Queued]:
    """Yield the bookings that `job` has to process by `now`, the longest due first."""
    items = table.query_all(
        "gsi3pk = :job AND gsi3sk <= :now",
        {"job": keys.due(job), "now": f"{to_rfc3339(now)}~"},
        index=keys.BY_DUE,
    )
    return (Queued(keys.booking_id(item["pk"]), item["gsi3sk"]) for item in items)


def in_flight(table: Table) -> Iterator[Queued]:
    """Yield the bookings with a refund that is owed or in flight."""
    items = table.query_all("gsi4pk = :all", {"all": keys.IN_FLIGHT}, index=keys.BY_WORK)
    return (Queued(keys.booking_id(item["pk"]), item["gsi4sk"]) for item in items)

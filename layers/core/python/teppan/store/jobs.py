"""The progress of a job, for its next run."""

from datetime import datetime

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.store import keys
from teppan.store.table import Table, Update


def covered_until(table: Table, job: str) -> datetime | None:
    """Return the instant until which the job has covered all events; None before its first run."""
    item = table.get(keys.job(job))
    return from_rfc3339(item["through"]) if item else None


def stopped_at(table: Table, job: str) -> str:
    """Return the place in the queue where the previous run stopped; empty if it reached the end."""
    item = table.get(keys.job(job)) or {}
    return str(item.get("stopped_at", ""))


def stop_at(table: Table, job: str, place: str) -> None:
    """Store the place in the queue where the run stops; empty for the end."""
    table.update(Update(keys.job(job), "SET stopped_at = :place", None, {"place": place}))


def advance(table: Table, job: str, at: datetime) -> None:
    """Store that the job has covered all events until `at`."""
    write = Update(keys.job(job), "SET through = :at", None, {"at": to_rfc3339(at)})
    table.update(write)

"""How far a job has come, for its next run."""

from datetime import datetime

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.store import keys
from teppan.store.table import Table, Update


def through(table: Table, job: str) -> datetime | None:
    """Return until when the job has seen everything; None before its first run."""
    item = table.get(keys.job(job))
    return from_rfc3339(item["through"]) if item else None


def stopped_at(table: Table, job: str) -> str:
    """Return the place in its queue at which the job's last run stopped; empty: it ended it."""
    item = table.get(keys.job(job)) or {}
    return str(item.get("stopped_at", ""))


def stop_at(table: Table, job: str, place: str) -> None:
    """Note the place at which a run stops, empty for the end of its queue."""
    table.update(Update(keys.job(job), "SET stopped_at = :place", None, {"place": place}))


def advance(table: Table, job: str, at: datetime) -> None:
    """Note that the job has seen everything until `at`."""
    write = Update(keys.job(job), "SET through = :at", None, {"at": to_rfc3339(at)})
    table.update(write)

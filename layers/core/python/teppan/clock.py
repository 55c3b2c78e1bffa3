"""The only place that reads the time of day, and how an instant is written."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def sleep_until(instant: datetime) -> None:
    """Return when it is `instant`."""
    time.sleep(max(0, (instant - utc_now()).total_seconds()))


def to_rfc3339(instant: datetime) -> str:
    """Write an instant as `2026-12-25T02:00:00Z`; texts sort as instants do."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """Read what `to_rfc3339` wrote."""
    return datetime.fromisoformat(text)

"""The clock and the text form of instants; the only module that reads the time of day."""

import time
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def is_recent(instant: datetime, period: timedelta) -> bool:
    """Return whether `instant` is less than `period` ago, and not in the future."""
    return timedelta(0) <= utc_now() - instant < period


def sleep_until(instant: datetime) -> None:
    """Sleep until `instant`; return at once if it has passed."""
    time.sleep(max(0, (instant - utc_now()).total_seconds()))


def to_rfc3339(instant: datetime) -> str:
    """Return an instant as `2026-12-25T02:00:00Z`; the texts sort in the order of the instants."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """Return the instant that `to_rfc3339` wrote."""
    return datetime.fromisoformat(text)

"""The present, and how an instant is written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from teppan import clock
from teppan.clock import from_rfc3339, to_rfc3339


def test_now_is_in_utc() -> None:
    now = clock.utc_now()

    assert now.tzinfo is UTC
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 12, 25, 2, tzinfo=UTC), "2026-12-25T02:00:00Z"),
        (datetime(2026, 12, 24, 18, tzinfo=timezone(timedelta(hours=-8))), "2026-12-25T02:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc_and_read_back(instant: datetime, text: str) -> None:
    assert to_rfc3339(instant) == text
    assert from_rfc3339(text) == instant
    assert from_rfc3339(text).tzinfo is UTC

"""The clock and the text form of instants."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.builders import NOW

from teppan import clock
from teppan.clock import from_rfc3339, to_rfc3339


def test_utc_now_is_the_present_in_utc() -> None:
    now = clock.utc_now()

    assert now.tzinfo is UTC
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [
        (timedelta(seconds=1), 1),
        (timedelta(milliseconds=250), 0.25),
        (timedelta(microseconds=1), 0.000_001),
        (timedelta(0), 0),
        (-timedelta(microseconds=1), 0),
        (-timedelta(days=1), 0),
    ],
)
def test_sleep_until_sleeps_only_until_an_instant_ahead(
    ahead: timedelta, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)
    monkeypatch.setattr(time, "sleep", slept.append)

    clock.sleep_until(NOW + ahead)

    assert slept == [seconds]


@pytest.mark.parametrize(
    ("ago", "is_recent"),
    [
        (timedelta(0), True),
        (timedelta(seconds=5) - timedelta.resolution, True),
        (timedelta(seconds=5), False),
        (-timedelta.resolution, False),
    ],
)
def test_an_instant_is_recent_for_less_than_the_period(
    ago: timedelta, is_recent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)

    assert clock.is_recent(NOW - ago, timedelta(seconds=5)) == is_recent


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 12, 25, 2, tzinfo=UTC), "2026-12-25T02:00:00Z"),
        (datetime(2026, 12, 24, 18, tzinfo=timezone(timedelta(hours=-8))), "2026-12-25T02:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_as_rfc3339_in_utc_and_read_back(
    instant: datetime, text: str
) -> None:
    assert to_rfc3339(instant) == text
    assert from_rfc3339(text) == instant
    assert from_rfc3339(text).tzinfo is UTC

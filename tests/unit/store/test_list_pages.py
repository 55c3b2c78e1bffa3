"""Months and day bounds of a list; `tests/store` tests the pages on DynamoDB."""

from datetime import UTC, date

import pytest

from teppan.domain.policy import CURRENT
from teppan.store.list_pages import midnight, months


class TestDayBounds:
    @pytest.mark.parametrize(
        ("day", "instant"),
        [
            (date(2026, 12, 24), "2026-12-24T08:00:00Z"),
            (date(2026, 7, 1), "2026-07-01T07:00:00Z"),
            (date(2027, 3, 14), "2027-03-14T08:00:00Z"),
            (date(2027, 3, 15), "2027-03-15T07:00:00Z"),
            (date(2026, 11, 1), "2026-11-01T07:00:00Z"),
            (date(2026, 11, 2), "2026-11-02T08:00:00Z"),
        ],
    )
    def test_a_listed_day_begins_at_midnight_of_the_venue(self, day: date, instant: str) -> None:
        assert midnight(day, CURRENT.zone) == instant

    def test_a_day_in_utc_begins_at_midnight(self) -> None:
        assert midnight(date(2026, 12, 24), UTC) == "2026-12-24T00:00:00Z"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 12, 24), date(2026, 12, 24), [date(2026, 12, 1)]),
        (date(2026, 12, 31), date(2027, 1, 1), [date(2026, 12, 1), date(2027, 1, 1)]),
        (date(2026, 12, 2), date(2026, 12, 1), []),
    ],
)
def test_a_list_covers_the_months_of_its_days(
    first: date, last: date, expected: list[date]
) -> None:
    assert months(first, last) == expected

"""Limits of a customer: 3 pending bookings at a time, and 10 bookings in 24 hours.

See `domain.md §4`.
"""

from datetime import timedelta

import pytest
from tests.builders import NOW

from teppan.domain.bookings.errors import TooManyBookingsInADay, TooManyPendingBookings
from teppan.domain.bookings.quota import Quota, check_quota
from teppan.domain.policy import CURRENT

SECOND = timedelta(seconds=1)
DAY = timedelta(hours=24)


def pending(number: int) -> Quota:
    return Quota(pending=frozenset(f"bkg_{n}" for n in range(number)))


def quota_with(number: int, ago: timedelta = timedelta(0)) -> Quota:
    """Return a quota of `number` bookings made a second apart, the last one `ago` before now."""
    return Quota(
        made_at_by_booking={
            f"bkg_{n}": NOW - ago - (number - 1 - n) * SECOND for n in range(number)
        }
    )


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_customer_may_hold_three_pending_bookings(number: int) -> None:
    assert check_quota(pending(number), NOW, CURRENT) == pending(number)


@pytest.mark.parametrize("number", [3, 4])
def test_a_fourth_pending_booking_is_refused_with_advice(number: int) -> None:
    with pytest.raises(TooManyPendingBookings) as refused:
        check_quota(pending(number), NOW, CURRENT)

    assert refused.value.detail == (
        f"You hold {number} unpaid bookings; at most 3 are possible at a time."
        " Pay for one or cancel it first."
    )
    assert refused.value.retry_after is None


def test_a_customer_may_make_ten_bookings_in_24_hours() -> None:
    assert check_quota(quota_with(9), NOW, CURRENT) == quota_with(9)


@pytest.mark.parametrize(
    ("ago", "wait"),
    [(timedelta(0), 86_391), (timedelta(hours=23), 3_591), (DAY - 10 * SECOND, 1)],
)
def test_an_eleventh_booking_waits_until_the_oldest_no_longer_counts(
    ago: timedelta, wait: int
) -> None:
    with pytest.raises(TooManyBookingsInADay, match=r"At most 10 .* in 24 hours") as refused:
        check_quota(quota_with(10, ago), NOW, CURRENT)

    assert refused.value.retry_after == wait


def test_a_customer_with_more_than_ten_bookings_waits_until_nine_count() -> None:
    with pytest.raises(TooManyBookingsInADay) as refused:
        check_quota(quota_with(12), NOW, CURRENT)

    # The last ten were made within 9 seconds; the wait ends when the first no longer counts.
    assert refused.value.retry_after == 86_391


def test_retry_after_is_rounded_up_to_a_second() -> None:
    with pytest.raises(TooManyBookingsInADay) as refused:
        check_quota(quota_with(10), NOW + timedelta(microseconds=1), CURRENT)

    assert refused.value.retry_after == 86_391


def test_a_booking_made_24_hours_ago_no_longer_counts() -> None:
    kept = check_quota(quota_with(10, DAY - 9 * SECOND), NOW, CURRENT)

    assert sorted(kept.made_at_by_booking) == [f"bkg_{n}" for n in range(1, 10)]


def test_only_pending_bookings_count_after_a_day() -> None:
    old = Quota(
        pending=frozenset({"bkg_9"}), made_at_by_booking=quota_with(10, DAY).made_at_by_booking
    )

    assert check_quota(old, NOW, CURRENT) == Quota(pending=frozenset({"bkg_9"}))


def test_too_many_pending_bookings_is_reported_before_too_many_in_a_day() -> None:
    both = Quota(pending(3).pending, quota_with(10).made_at_by_booking)

    with pytest.raises(TooManyPendingBookings):
        check_quota(both, NOW, CURRENT)

"""At most 3 unpaid bookings at a time, and 10 made in 24 hours (§4)."""

from datetime import timedelta

import pytest
from tests.builders import NOW

from teppan.domain.bookings.errors import TooManyBookingsInADay, TooManyPendingBookings
from teppan.domain.bookings.quota import Quota, with_room
from teppan.domain.policy import CURRENT

SECOND = timedelta(seconds=1)
DAY = timedelta(hours=24)


def pending(number: int) -> Quota:
    return Quota(pending=frozenset(f"bkg_{n}" for n in range(number)))


def made(number: int, ago: timedelta = timedelta(0)) -> Quota:
    """Return a quota of bookings made one second after the other, the last one so long `ago`."""
    return Quota(made={f"bkg_{n}": NOW - ago - (number - 1 - n) * SECOND for n in range(number)})


@pytest.mark.parametrize("number", [0, 1, 2])
def test_up_to_three_may_be_unpaid(number: int) -> None:
    assert with_room(pending(number), NOW, CURRENT) == pending(number)


@pytest.mark.parametrize("number", [3, 4])
def test_a_fourth_is_refused_and_says_what_to_do(number: int) -> None:
    with pytest.raises(TooManyPendingBookings) as refused:
        with_room(pending(number), NOW, CURRENT)

    assert refused.value.detail == (
        f"You hold {number} unpaid bookings; at most 3 are possible at a time."
        " Pay for one or cancel it first."
    )
    assert refused.value.retry_after is None


def test_up_to_ten_may_be_made_in_24_hours() -> None:
    assert with_room(made(9), NOW, CURRENT) == made(9)


@pytest.mark.parametrize(
    ("ago", "wait"),
    [(timedelta(0), 86_391), (timedelta(hours=23), 3_591), (DAY - 10 * SECOND, 1)],
)
def test_the_eleventh_waits_until_the_oldest_counts_no_more(ago: timedelta, wait: int) -> None:
    with pytest.raises(TooManyBookingsInADay, match=r"At most 10 .* in 24 hours") as refused:
        with_room(made(10, ago), NOW, CURRENT)

    assert refused.value.retry_after == wait


def test_a_customer_who_made_more_than_ten_waits_until_nine_count() -> None:
    with pytest.raises(TooManyBookingsInADay) as refused:
        with_room(made(12), NOW, CURRENT)

    # The last ten were made within 9 seconds; the first of them has to count no more.
    assert refused.value.retry_after == 86_391


def test_part_of_a_second_is_a_second_to_wait() -> None:
    with pytest.raises(TooManyBookingsInADay) as refused:
        with_room(made(10), NOW + timedelta(microseconds=1), CURRENT)

    assert refused.value.retry_after == 86_391


def test_what_was_made_24_hours_ago_counts_no_more() -> None:
    kept = with_room(made(10, DAY - 9 * SECOND), NOW, CURRENT)

    assert sorted(kept.made) == [f"bkg_{n}" for n in range(1, 10)]


def test_after_a_day_all_is_forgotten_but_what_is_unpaid() -> None:
    old = Quota(pending=frozenset({"bkg_9"}), made=made(10, DAY).made)

    assert with_room(old, NOW, CURRENT) == Quota(pending=frozenset({"bkg_9"}))


def test_what_can_be_done_about_is_said_first() -> None:
    both = Quota(pending(3).pending, made(10).made)

    with pytest.raises(TooManyPendingBookings):
        with_room(both, NOW, CURRENT)

"""Lock-outs: how long somebody waits, and that it is never shorter than Cognito's own wait."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import pytest
from tests.builders import NOW

from teppan.domain.lockout import GUESSES, MAILS, Attempts, Lockout

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

each_lockout = pytest.mark.parametrize("lockout", [GUESSES, MAILS], ids=["guesses", "mails"])


def attempts(count: int) -> Attempts:
    """Return `count` attempts in a row, the last one now."""
    return Attempts(count, NOW)


def impatient(lockout: Lockout) -> Iterator[tuple[datetime, int]]:
    """Yield when somebody who never waits longer than asked attempts, and what wait follows."""
    seen, at = None, NOW
    while True:
        seen = lockout.next(seen, at)
        wait = lockout.wait(seen, at)
        yield at, wait
        at += timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("lockout", "waits"),
    [
        (GUESSES, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 0, 0]),
        (MAILS, [0, 0, 900, 1800, 3600, 0, 0, 900]),
    ],
    ids=["guesses", "mails"],
)
def test_each_wait_is_twice_the_one_before_and_the_longest_is_forgotten(
    lockout: Lockout, waits: list[int]
) -> None:
    assert [wait for _, wait in islice(impatient(lockout), len(waits))] == waits


@pytest.mark.parametrize(("lockout", "most"), [(GUESSES, 650), (MAILS, 70)])
def test_so_a_day_holds_so_many_attempts_at_most(lockout: Lockout, most: int) -> None:
    a_day = [at for at, _ in islice(impatient(lockout), 1000) if at < NOW + DAY]

    assert len(a_day) <= most


@each_lockout
def test_who_has_not_tried_may(lockout: Lockout) -> None:
    assert lockout.wait(None, NOW) == 0


@each_lockout
def test_the_free_attempts_come_without_a_wait(lockout: Lockout) -> None:
    waits = [lockout.wait(attempts(count), NOW) for count in range(lockout.free + 1)]

    assert waits == [0] * lockout.free + [lockout.first]


@each_lockout
def test_more_attempts_never_shorten_the_wait_nor_pass_the_longest(lockout: Lockout) -> None:
    waits = [lockout.wait(attempts(count), NOW) for count in (*range(100), 10**9)]

    assert waits == sorted(waits)
    assert max(waits) == lockout.longest


def test_no_wait_for_a_guess_is_shorter_than_cognitos() -> None:
    """After n failed logins it asks for 2^(n-5) s, up to a quarter of an hour."""
    for count in range(5, 60):
        assert GUESSES.wait(attempts(count), NOW) >= min(2 ** (count - 5), 900)


def test_whoever_may_guess_here_is_not_locked_out_there() -> None:
    failed, unlocked, last = 0, NOW, NOW
    for at, _ in islice(impatient(GUESSES), 100):
        assert at >= unlocked
        # Cognito forgets failures after fifteen minutes without an attempt.
        failed = failed + 1 if at - last < timedelta(minutes=15) else 1
        unlocked = at + timedelta(seconds=min(2 ** (failed - 5), 900) if failed >= 5 else 0)
        last = at


@pytest.mark.parametrize(
    ("later", "wait"),
    [
        (timedelta(0), 8),
        (TICK, 8),
        (SECOND - TICK, 8),
        (SECOND, 7),
        (8 * SECOND - TICK, 1),
        (8 * SECOND, 0),
        (DAY, 0),
    ],
)
def test_a_wait_is_told_in_whole_seconds_that_are_enough(later: timedelta, wait: int) -> None:
    assert GUESSES.wait(attempts(7), NOW + later) == wait


def test_a_clock_that_lags_behind_another_shortens_no_wait() -> None:
    assert GUESSES.wait(attempts(7), NOW - SECOND) == 9


class TestCounting:
    @each_lockout
    def test_the_first_attempt_is_one(self, lockout: Lockout) -> None:
        assert lockout.next(None, NOW) == Attempts(1, NOW)

    @each_lockout
    def test_another_one_is_one_more_and_the_last(self, lockout: Lockout) -> None:
        assert lockout.next(attempts(3), NOW + SECOND) == Attempts(4, NOW + SECOND)

    @pytest.mark.parametrize(("lockout", "rest"), [(GUESSES, 900), (MAILS, 3600)])
    def test_after_a_long_rest_those_before_are_forgotten(
        self, lockout: Lockout, rest: int
    ) -> None:
        rested = NOW + timedelta(seconds=rest)

        assert lockout.next(attempts(9), rested - TICK).count == 10
        assert lockout.next(attempts(9), rested) == Attempts(1, rested)

    def test_a_success_counts_from_none_again(self) -> None:
        assert GUESSES.next(attempts(0), NOW) == Attempts(1, NOW)

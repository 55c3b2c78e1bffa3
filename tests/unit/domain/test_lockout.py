"""Lock-outs: how long somebody waits, and that it is never shorter than Cognito's own wait."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import pytest
from tests.builders import NOW

from teppan.domain.lockout import CODES, FORGOTTEN, MAILS, PASSWORDS, Attempts, Lockout

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

LOCKOUTS = {"passwords": PASSWORDS, "codes": CODES, "mails": MAILS}

each_lockout = pytest.mark.parametrize("lockout", LOCKOUTS.values(), ids=LOCKOUTS)


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
        (PASSWORDS, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]),
        (CODES, [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]),
        (MAILS, [0, 0, 900, 1800, 3600, 3600, 3600]),
    ],
    ids=LOCKOUTS,
)
def test_each_wait_is_twice_the_one_before_up_to_the_longest(
    lockout: Lockout, waits: list[int]
) -> None:
    assert [wait for _, wait in islice(impatient(lockout), len(waits))] == waits


@pytest.mark.parametrize(
    ("lockout", "span", "most"),
    [
        (PASSWORDS, HOUR, 17),
        (PASSWORDS, DAY, 110),
        (CODES, HOUR, 11),
        (CODES, DAY, 34),
        (MAILS, HOUR, 5),
        (MAILS, DAY, 28),
    ],
)
def test_so_the_first_hour_and_day_hold_so_many_attempts_at_most(
    lockout: Lockout, span: timedelta, most: int
) -> None:
    made = [at for at, _ in islice(impatient(lockout), 1000) if at < NOW + span]

    assert len(made) <= most


@each_lockout
def test_no_later_hour_holds_more_than_the_first(lockout: Lockout) -> None:
    tried = [at for at, _ in islice(impatient(lockout), 200)]

    in_an_hour_since = [sum(since <= at < since + HOUR for at in tried) for since in tried]

    assert max(in_an_hour_since) == in_an_hour_since[0]


@each_lockout
def test_who_has_waited_the_longest_wait_is_not_forgotten(lockout: Lockout) -> None:
    assert timedelta(seconds=lockout.longest) < FORGOTTEN == DAY


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


def test_no_wait_for_a_password_is_shorter_than_cognitos() -> None:
    """After n failed logins it asks for 2^(n-5) s, up to a quarter of an hour."""
    for count in range(5, 60):
        assert PASSWORDS.wait(attempts(count), NOW) >= min(2 ** (count - 5), 900)


def test_whoever_may_guess_here_is_not_locked_out_there() -> None:
    failed, unlocked, last = 0, NOW, NOW
    for at, _ in islice(impatient(PASSWORDS), 100):
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
    assert PASSWORDS.wait(attempts(7), NOW + later) == wait


def test_a_clock_that_lags_behind_another_shortens_no_wait() -> None:
    assert PASSWORDS.wait(attempts(7), NOW - SECOND) == 9


class TestCounting:
    @each_lockout
    def test_the_first_attempt_is_one(self, lockout: Lockout) -> None:
        assert lockout.next(None, NOW) == Attempts(1, NOW)

    @each_lockout
    def test_another_one_is_one_more_and_the_last(self, lockout: Lockout) -> None:
        assert lockout.next(attempts(3), NOW + SECOND) == Attempts(4, NOW + SECOND)

    @each_lockout
    @pytest.mark.parametrize(
        ("rest", "count"),
        [(HOUR, 10), (DAY - TICK, 10), (DAY, 1), (DAY + TICK, 1), (365 * DAY, 1)],
    )
    def test_after_a_day_without_any_those_before_are_forgotten(
        self, lockout: Lockout, rest: timedelta, count: int
    ) -> None:
        rested = NOW + rest

        assert lockout.next(attempts(9), rested) == Attempts(count, rested)

    def test_a_success_counts_from_none_again(self) -> None:
        assert PASSWORDS.next(attempts(0), NOW) == Attempts(1, NOW)

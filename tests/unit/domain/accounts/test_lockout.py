"""Lockouts: how long a caller waits, and how many attempts are possible."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import pytest
from tests.builders import NOW

from teppan.domain.accounts.lockout import (
    CODES,
    FORGET_AFTER,
    MAILS,
    PASSWORDS,
    TRUST_DURATION,
    Allowance,
    Attempts,
    Backoff,
)

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

LOCKOUTS = {"passwords": PASSWORDS, "codes": CODES, "mails": MAILS}
BACKOFFS = {name: each.by_network for name, each in LOCKOUTS.items()}
ALLOWANCES = {name: each.by_address for name, each in LOCKOUTS.items()}

each_backoff = pytest.mark.parametrize("backoff", BACKOFFS.values(), ids=BACKOFFS)
each_allowance = pytest.mark.parametrize("allowance", ALLOWANCES.values(), ids=ALLOWANCES)


def attempts(count: int) -> Attempts:
    """Return `count` consecutive attempts, the last one now."""
    return Attempts(count, NOW)


def earliest_attempts(backoff: Backoff) -> Iterator[tuple[datetime, int]]:
    """Yield the time of each attempt at the earliest allowed instant, and the wait after it."""
    seen, at = None, NOW
    while True:
        seen = backoff.next(seen, at)
        wait = backoff.wait(seen, at)
        yield at, wait
        at += timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("backoff", "waits"),
    [
        (PASSWORDS.by_network, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 960, 960]),
        (CODES.by_network, [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]),
        (MAILS.by_network, [0, 0, 900, 1800, 3600, 3600, 3600]),
    ],
    ids=LOCKOUTS,
)
def test_each_wait_of_a_lockout_doubles_up_to_the_longest(
    backoff: Backoff, waits: list[int]
) -> None:
    assert [wait for _, wait in islice(earliest_attempts(backoff), len(waits))] == waits


@each_backoff
def test_no_later_hour_allows_more_attempts_than_the_first(backoff: Backoff) -> None:
    tried = [at for at, _ in islice(earliest_attempts(backoff), 200)]

    in_an_hour_since = [sum(since <= at < since + HOUR for at in tried) for since in tried]

    assert max(in_an_hour_since) == in_an_hour_since[0]


@each_backoff
def test_attempts_are_still_counted_after_the_longest_wait(backoff: Backoff) -> None:
    assert timedelta(seconds=backoff.longest) < FORGET_AFTER == DAY


@each_backoff
def test_a_first_attempt_has_no_wait(backoff: Backoff) -> None:
    assert backoff.wait(None, NOW) == 0


@each_backoff
def test_free_attempts_have_no_wait(backoff: Backoff) -> None:
    waits = [backoff.wait(attempts(count), NOW) for count in range(backoff.free + 1)]

    assert waits == [0] * backoff.free + [backoff.first]


@each_backoff
def test_more_attempts_never_shorten_the_wait_or_exceed_the_longest(backoff: Backoff) -> None:
    waits = [backoff.wait(attempts(count), NOW) for count in (*range(100), 10**9)]

    assert waits == sorted(waits)
    assert max(waits) == backoff.longest


@pytest.mark.parametrize(
    ("later", "wait"),
    [
        (timedelta(0), 120),
        (TICK, 120),
        (SECOND - TICK, 120),
        (SECOND, 119),
        (120 * SECOND - TICK, 1),
        (120 * SECOND, 0),
        (DAY, 0),
    ],
)
def test_a_wait_is_rounded_up_to_whole_seconds(later: timedelta, wait: int) -> None:
    assert PASSWORDS.by_network.wait(attempts(7), NOW + later) == wait


def test_a_slow_clock_shortens_no_wait() -> None:
    assert PASSWORDS.by_network.wait(attempts(7), NOW - SECOND) == 121


class TestCounting:
    @each_backoff
    def test_the_first_attempt_counts_as_one(self, backoff: Backoff) -> None:
        assert backoff.next(None, NOW) == Attempts(1, NOW)

    @each_backoff
    def test_another_attempt_adds_one_to_the_count_and_sets_the_last_time(
        self, backoff: Backoff
    ) -> None:
        assert backoff.next(attempts(3), NOW + SECOND) == Attempts(4, NOW + SECOND)

    @each_backoff
    @pytest.mark.parametrize(
        ("rest", "count"),
        [(HOUR, 10), (DAY - TICK, 10), (DAY, 1), (DAY + TICK, 1), (365 * DAY, 1)],
    )
    def test_attempts_are_forgotten_after_a_day_without_any(
        self, backoff: Backoff, rest: timedelta, count: int
    ) -> None:
        rested = NOW + rest

        assert backoff.next(attempts(9), rested) == Attempts(count, rested)

    def test_a_success_resets_the_count_of_attempts(self) -> None:
        assert PASSWORDS.by_network.next(attempts(0), NOW) == Attempts(1, NOW)

    @pytest.mark.parametrize("rest", [SECOND, DAY])
    def test_a_failed_attempt_keeps_the_trust_of_the_network(self, rest: timedelta) -> None:
        trusted = Attempts(2, NOW, succeeded=NOW - HOUR)

        assert PASSWORDS.by_network.next(trusted, NOW + rest).succeeded == NOW - HOUR


class TestTrust:
    @pytest.mark.parametrize(
        ("since", "is_trusted"),
        [(timedelta(0), True), (30 * DAY - TICK, True), (30 * DAY, False), (400 * DAY, False)],
    )
    def test_trust_in_a_network_lasts_thirty_days_after_a_success(
        self, since: timedelta, *, is_trusted: bool
    ) -> None:
        assert Attempts(3, NOW, succeeded=NOW).is_trusted(NOW + since) is is_trusted
        assert TRUST_DURATION == 30 * DAY

    def test_a_network_without_a_success_is_not_trusted(self) -> None:
        assert not attempts(1).is_trusted(NOW)


class TestAllowance:
    @each_allowance
    def test_an_allowance_permits_a_burst_then_one_attempt_each_interval(
        self, allowance: Allowance
    ) -> None:
        spent, at, waits = None, NOW, []
        for _ in range(allowance.burst + 3):
            waits.append(allowance.wait(spent, at))
            at += timedelta(seconds=waits[-1])
            spent = allowance.next(spent, at)

        assert waits == [0] * allowance.burst + [allowance.interval] * 3

    @each_allowance
    def test_an_allowance_refills_without_attempts(self, allowance: Allowance) -> None:
        full = NOW + timedelta(seconds=allowance.burst * allowance.interval)

        assert allowance.wait(full, NOW) == allowance.interval
        assert allowance.wait(full, NOW + timedelta(seconds=allowance.interval)) == 0
        assert allowance.next(full, full + HOUR) == full + HOUR + timedelta(
            seconds=allowance.interval
        )

    def test_an_owner_waits_at_most_a_minute_for_attempts_of_strangers(self) -> None:
        assert {PASSWORDS.by_address.interval, CODES.by_address.interval} == {60}

    def test_a_mail_is_refused_only_while_an_earlier_code_is_valid(self) -> None:
        # Cognito's codes are valid for an hour (reset) or a day (registration).
        assert timedelta(seconds=MAILS.by_address.interval) < HOUR

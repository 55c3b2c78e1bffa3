"""Lockouts hold for every spacing of attempts, and no lockout is permanent.

The figures of `docs/accounts.md` are computed here, for an attacker who always uses the earliest
allowed attempt. Where another spacing might be better for the attacker, any spacing is tried.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.builders import NOW

from teppan.domain.accounts.lockout import (
    CODES,
    MAILS,
    PASSWORDS,
    Allowance,
    Attempts,
    Backoff,
    Lockout,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOCKOUTS = st.sampled_from([PASSWORDS, CODES, MAILS])
PAUSES = st.lists(st.floats(0, 5000), max_size=60)

EXACTLY_AS_ASKED = [0.0] * 60
"""The pauses of somebody who comes again and again as soon as they may."""


def from_one_network(backoff: Backoff, until: datetime) -> list[datetime]:
    """Return the times of attempts by one network that always uses the earliest instant."""
    seen: Attempts | None = None
    made, at = [], NOW
    while at < until:
        made.append(at)
        seen = backoff.next(seen, at)
        at += timedelta(seconds=backoff.wait(seen, at))
    return made


def from_all_networks(allowance: Allowance, until: datetime) -> list[datetime]:
    """Return the times of attempts by unlimited networks that always use the earliest instant."""
    spent: datetime | None = None
    made, at = [], NOW
    while at < until:
        made.append(at)
        spent = allowance.next(spent, at)
        at += timedelta(seconds=allowance.wait(spent, at))
    return made


@pytest.mark.parametrize(
    ("lockout", "one_network", "all_networks"),
    [
        (PASSWORDS, {HOUR: 12, DAY: 99}, {HOUR: 359, DAY: 1739}),
        (CODES, {HOUR: 10, DAY: 33}, {HOUR: 89, DAY: 1469}),
        (MAILS, {HOUR: 5, DAY: 28}, {HOUR: 13, DAY: 105}),
    ],
    ids=["passwords", "codes", "mails"],
)
@pytest.mark.parametrize("span", [HOUR, DAY], ids=["an hour", "a day"])
def test_the_attempts_at_one_address_in_a_span_are_limited(
    lockout: Lockout,
    one_network: dict[timedelta, int],
    all_networks: dict[timedelta, int],
    span: timedelta,
) -> None:
    """The figures of the table in `docs/accounts.md`."""
    assert len(from_one_network(lockout.by_network, NOW + span)) == one_network[span]
    assert len(from_all_networks(lockout.by_address, NOW + span)) == all_networks[span]


@given(LOCKOUTS, PAUSES)
def test_the_earliest_attempts_are_the_most_for_one_network(
    lockout: Lockout, pauses: list[float]
) -> None:
    most = len(from_one_network(lockout.by_network, NOW + HOUR))

    made = permitted(lockout.by_network, pauses)

    for first in made:
        assert sum(first <= at < first + HOUR for at in made) <= most


@given(LOCKOUTS, PAUSES)
def test_the_earliest_attempts_are_the_most_for_all_networks(
    lockout: Lockout, pauses: list[float]
) -> None:
    allowance = lockout.by_address
    most = len(from_all_networks(allowance, NOW + HOUR))
    spent: datetime | None = None
    made, at = [], NOW
    for pause in (*pauses, *[0.0] * allowance.burst, *pauses):
        at += timedelta(seconds=pause)
        if allowance.wait(spent, at) == 0:
            spent = allowance.next(spent, at)
            made.append(at)

    for first in made:
        assert sum(first <= each < first + HOUR for each in made) <= most


@given(LOCKOUTS, st.integers(1, 10**6), st.floats(0, 10**6))
def test_the_wait_of_a_network_is_bounded_and_decreases(
    lockout: Lockout, count: int, seconds: float
) -> None:
    backoff = lockout.by_network
    attempts, at = Attempts(count, NOW), NOW + timedelta(seconds=seconds)

    wait = backoff.wait(attempts, at)

    assert 0 <= wait <= backoff.longest
    assert wait == 0 or count >= backoff.free
    assert backoff.wait(attempts, at + timedelta(seconds=wait)) == 0
    assert backoff.wait(attempts, at + timedelta(seconds=1)) <= wait


@given(LOCKOUTS, PAUSES, st.floats(0, 10**6))
def test_the_wait_for_other_networks_is_at_most_one_interval(
    lockout: Lockout, pauses: list[float], seconds: float
) -> None:
    # Given an address for which strangers use all allowed attempts
    allowance = lockout.by_address
    spent: datetime | None = None
    at = NOW
    for pause in (*[0.0] * allowance.burst, *pauses):
        at += timedelta(seconds=pause)
        if allowance.wait(spent, at) == 0:
            spent = allowance.next(spent, at)

    # Then the owner waits at most one interval at any time
    assert allowance.wait(spent, at) <= allowance.interval
    assert allowance.wait(spent, at + timedelta(seconds=seconds)) <= allowance.interval


@dataclass
class Cognito:
    """The lockout of an account by Cognito; `domain/accounts/lockout.py` names the source."""

    failures: int = 0
    locked_until: datetime = NOW
    last: datetime | None = None

    def fail(self, at: datetime) -> None:
        """Record a wrong password; an attempt during a lock does not count."""
        if self.last is not None and at - self.last >= timedelta(minutes=15):
            self.failures = 0
        self.last = at
        if at < self.locked_until:
            return
        self.failures += 1
        if self.failures >= 5:
            self.locked_until = at + min(
                timedelta(seconds=2 ** min(self.failures - 5, 10)), timedelta(minutes=15)
            )


def permitted(backoff: Backoff, pauses: list[float]) -> list[datetime]:
    """Return the attempts of a network: each comes after the wait and an additional pause."""
    seen: Attempts | None = None
    made, at = [], NOW
    for pause in pauses:
        at += timedelta(seconds=(backoff.wait(seen, at) if seen else 0) + pause)
        seen = backoff.next(seen, at)
        made.append(at)
    return made


@given(PAUSES)
@example(EXACTLY_AS_ASKED)
def test_a_stranger_on_one_network_locks_the_owner_out_of_cognito_only_briefly(
    pauses: list[float],
) -> None:
    account = Cognito()

    for at in permitted(PASSWORDS.by_network, pauses):
        # Cognito never reveals to the stranger that the account exists.
        assert at >= account.locked_until
        account.fail(at)
        assert account.locked_until - at <= timedelta(seconds=32)


def test_the_longest_cognito_lockout_by_a_stranger_on_one_network_is_reached() -> None:
    account, longest = Cognito(), timedelta(0)
    for at in from_one_network(PASSWORDS.by_network, NOW + DAY):
        account.fail(at)
        longest = max(longest, account.locked_until - at)

    assert longest == timedelta(seconds=32)


def share_locked(networks: int, span: timedelta) -> float:
    """Return for what part of the time so many networks keep an account locked at Cognito.

    They make the next attempt as soon as the lock ends; one during a lock of 15 minutes keeps
    Cognito from forgetting.
    """
    backoff, account = PASSWORDS.by_network, Cognito()
    seen: list[Attempts | None] = [None] * networks
    at, locked = NOW, timedelta(0)
    while at < NOW + span:
        n = min(range(networks), key=lambda each: backoff.wait(seen[each], at))
        at += timedelta(seconds=backoff.wait(seen[n], at))
        awake_until = (account.last or at) + timedelta(minutes=14)
        if at < min(account.locked_until, awake_until):
            at = min(account.locked_until, awake_until)
            continue
        seen[n] = backoff.next(seen[n], at)
        before = max(account.locked_until, at)
        account.fail(at)
        locked += max(timedelta(0), account.locked_until - before)
    return min(1.0, locked / span)


def test_a_stranger_on_several_networks_locks_the_owner_out_of_cognito() -> None:
    """Our own limits cannot prevent this; `docs/accounts.md` describes it."""
    week = timedelta(days=7)

    assert share_locked(1, week) < 0.02
    assert share_locked(2, week) > 0.9
    assert share_locked(3, week) > 0.99


def test_a_code_of_six_digits_is_not_guessed_while_it_is_valid() -> None:
    # Cognito's codes are valid for a day (registration) or an hour (reset).
    in_a_day = from_all_networks(CODES.by_address, NOW + DAY)
    in_an_hour = from_all_networks(CODES.by_address, NOW + HOUR)

    assert len(in_a_day) / 10**6 < 0.0015
    assert len(in_an_hour) / 10**6 < 0.0001

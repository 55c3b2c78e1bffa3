"""The waits after failed attempts; they are the same for addresses without an account.

Attempts are counted twice. The count by address and network has a wait that grows with each
failure. It stops an attacker without affecting the owner on another network. The count by address
alone, over all networks, has a high allowance that refills. So the owner never waits longer than
one interval of the allowance because of other people's attempts.

Cognito locks an account for 2^(n-5) s after n failed logins from anywhere, up to about 15 minutes,
and resets the count after 15 minutes without an attempt (Amazon Cognito developer guide, "Lockout
behavior for failed sign-in attempts"). The longest wait of PASSWORDS is longer than these 15
minutes, so an attacker on one network locks the account for 32 s at most.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

FORGET_AFTER: Final = timedelta(days=1)
"""After this time without an attempt, earlier attempts no longer count."""

TRUST_DURATION: Final = timedelta(days=30)
"""For this time after a success, attempts from the same network need no allowance."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts at an address from one network.

    `count` is the number of consecutive failures, `last` the time of the last attempt (UTC), and
    `succeeded` the time of the last success.
    """

    count: int
    last: datetime
    succeeded: datetime | None = None

    def is_trusted(self, at: datetime) -> bool:
        """Return whether an attempt from this network has succeeded within `TRUST_DURATION`."""
        return self.succeeded is not None and at - self.succeeded < TRUST_DURATION


@dataclass(frozen=True, slots=True)
class Backoff:
    """A wait that grows: none for `free` attempts, then `first` seconds, doubled up to `longest`.

    The count starts again after `FORGET_AFTER` without an attempt.
    """

    free: int
    first: int
    longest: int

    def wait(self, attempts: Attempts | None, at: datetime) -> int:
        """Return the whole seconds until another attempt is allowed (0: now)."""
        if attempts is None or attempts.count < self.free:
            return 0
        doublings = min(attempts.count - self.free, self.longest.bit_length())
        pause = timedelta(seconds=min(self.longest, self.first * 2**doublings))
        return max(0, ceil((attempts.last + pause - at).total_seconds()))

    def next(self, attempts: Attempts | None, at: datetime) -> Attempts:
        """Return the attempts with one more `at`; the count starts again after `FORGET_AFTER`."""
        if attempts is None:
            return Attempts(1, at)
        count = 1 if at - attempts.last >= FORGET_AFTER else attempts.count + 1
        return replace(attempts, count=count, last=at)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A rate limit (GCRA): `burst` attempts at once, then one every `interval` seconds.

    The only state is `spent_until`, the instant at which the allowance is full again.
    """

    burst: int
    interval: int

    @property
    def tolerance(self) -> timedelta:
        """How far in the future `spent_until` may be for an attempt to be allowed."""
        return timedelta(seconds=(self.burst - 1) * self.interval)

    def wait(self, spent_until: datetime | None, at: datetime) -> int:
        """Return the whole seconds until another attempt is allowed (0: now)."""
        if spent_until is None:
            return 0
        return max(0, ceil((spent_until - self.tolerance - at).total_seconds()))

    def next(self, spent_until: datetime | None, at: datetime) -> datetime:
        """Return the new `spent_until` after one more attempt `at`."""
        return max(spent_until or at, at) + timedelta(seconds=self.interval)


@dataclass(frozen=True, slots=True)
class Lockout:
    """The limits for an address: for one network, and for all networks together."""

    by_network: Backoff
    by_address: Allowance


PASSWORDS: Final = Lockout(Backoff(free=5, first=30, longest=960), Allowance(300, 60))
"""For passwords, including the second factor."""

CODES: Final = Lockout(Backoff(free=5, first=60, longest=3600), Allowance(30, 60))
"""For codes from an e-mail, which have six digits."""

MAILS: Final = Lockout(Backoff(free=3, first=900, longest=3600), Allowance(10, 900))
"""For requests that send an e-mail, so that nobody can flood the mailbox of another person.

Once the allowance is spent, the mailbox has a code that is newer than one interval.
"""

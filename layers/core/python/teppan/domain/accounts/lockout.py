"""How long somebody waits after failed attempts; the same for addresses without an account.

Attempts are counted twice. By address and network, the wait grows with each failure: it stops who
guesses, and nobody else. By address alone, over all networks, there is a high allowance that fills
up again, so that a wait for strangers' attempts is never longer than the allowance's interval.

Cognito locks an account for 2^(n-5) s after n failed logins, up to about a quarter of an hour,
whoever made them, and forgets them after fifteen minutes without an attempt (Amazon Cognito
developer guide, "Lockout behavior for failed sign-in attempts"). The waits of PASSWORDS end with
one longer than that rest, so who guesses from one network locks the account for 32 s at most.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

FORGOTTEN: Final = timedelta(days=1)
"""Attempts before so long a rest count no more."""

TRUSTED: Final = timedelta(days=30)
"""So long after a success, attempts from the same network need no allowance of the address."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts at an address from one network: how many in a row, and when (UTC) the last was.

    `succeeded` is the last time that one was right.
    """

    count: int
    last: datetime
    succeeded: datetime | None = None

    def is_trusted(self, at: datetime) -> bool:
        """Return whether the network has proved itself lately."""
        return self.succeeded is not None and at - self.succeeded < TRUSTED


@dataclass(frozen=True, slots=True)
class Backoff:
    """`free` attempts without a wait, then `first` seconds, doubling up to `longest`.

    A day without any forgets them.
    """

    free: int
    first: int
    longest: int

    def wait(self, attempts: Attempts | None, at: datetime) -> int:
        """Return the whole seconds still to wait before another attempt (0: go ahead)."""
        if attempts is None or attempts.count < self.free:
            return 0
        doublings = min(attempts.count - self.free, self.longest.bit_length())
        pause = timedelta(seconds=min(self.longest, self.first * 2**doublings))
        return max(0, ceil((attempts.last + pause - at).total_seconds()))

    def next(self, attempts: Attempts | None, at: datetime) -> Attempts:
        """Return the attempts with one more `at`; those before a long rest are forgotten."""
        if attempts is None:
            return Attempts(1, at)
        count = 1 if at - attempts.last >= FORGOTTEN else attempts.count + 1
        return replace(attempts, count=count, last=at)


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` attempts at once, and one more each `interval` seconds (GCRA, a leaky bucket).

    Its whole state is `spent_until`: the instant at which it will be full again.
    """

    burst: int
    interval: int

    @property
    def tolerance(self) -> timedelta:
        """How far ahead `spent_until` may lie when an attempt is made."""
        return timedelta(seconds=(self.burst - 1) * self.interval)

    def wait(self, spent_until: datetime | None, at: datetime) -> int:
        """Return the whole seconds until another attempt is allowed (0: now)."""
        if spent_until is None:
            return 0
        return max(0, ceil((spent_until - self.tolerance - at).total_seconds()))

    def next(self, spent_until: datetime | None, at: datetime) -> datetime:
        """Return until when it is spent after one more attempt `at`."""
        return max(spent_until or at, at) + timedelta(seconds=self.interval)


@dataclass(frozen=True, slots=True)
class Lockout:
    """What is allowed to one network at one address, and to all networks together."""

    by_network: Backoff
    by_address: Allowance


PASSWORDS: Final = Lockout(Backoff(free=5, first=30, longest=960), Allowance(300, 60))
"""For passwords, and the second factor with them."""

CODES: Final = Lockout(Backoff(free=5, first=60, longest=3600), Allowance(30, 60))
"""For codes from a mail, which have six digits."""

MAILS: Final = Lockout(Backoff(free=3, first=900, longest=3600), Allowance(10, 900))
"""For requests that send a mail: whose address it is has not asked for a flood of them.

Once the allowance is spent, a code that is younger than its interval is in the mailbox.
"""

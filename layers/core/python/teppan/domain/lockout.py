"""How long somebody waits after failed attempts; the same for addresses without an account.

Cognito locks out too, but would tell which addresses it knows. These waits are longer than its own
(2^(n-5) s after n failed logins, some fifteen codes and five mails an hour), so that it is not the
one that answers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

FORGOTTEN: Final = timedelta(days=1)
"""Attempts before so long a rest count no more."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many attempts there were in a row, and when (UTC) the last one was."""

    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Lockout:
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
        if attempts is None or at - attempts.last >= FORGOTTEN:
            return Attempts(1, at)
        return Attempts(attempts.count + 1, at)


PASSWORDS: Final = Lockout(free=5, first=2, longest=900)
"""For passwords, and the second factor with them."""

CODES: Final = Lockout(free=5, first=60, longest=3600)
"""For codes from a mail, which have six digits: at most eleven guesses in the first hour."""

MAILS: Final = Lockout(free=3, first=900, longest=3600)
"""For requests that send a mail: whose address it is has not asked for a flood of them."""

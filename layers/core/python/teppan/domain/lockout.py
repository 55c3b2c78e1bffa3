"""How long somebody waits after failed attempts; the same for addresses without an account.

Cognito locks out too, but would tell which addresses it knows. These waits are never shorter than
its own (2^(n-5) s after n failed logins), so that it is not the one that answers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many attempts there were in a row, and when (UTC) the last one was."""

    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Lockout:
    """`free` attempts without a wait, then `first` seconds, doubling up to `longest`."""

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
        if attempts is None or at - attempts.last >= timedelta(seconds=self.longest):
            return Attempts(1, at)
        return Attempts(attempts.count + 1, at)


GUESSES: Final = Lockout(free=5, first=2, longest=900)
"""For passwords and codes that could be guessed."""

MAILS: Final = Lockout(free=3, first=900, longest=3600)
"""For requests that send an e-mail: whose address it is has not asked for a flood of them."""

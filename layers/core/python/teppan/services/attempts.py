"""Count attempts at what could be guessed or would flood a mailbox (`domain/lockout.py`)."""

from datetime import datetime
from typing import Final

from teppan.domain.lockout import Lockout
from teppan.identity.errors import TooManyAttempts
from teppan.store import attempts
from teppan.store.attempts import AttemptedMeanwhileError
from teppan.store.table import Table

CONFIRMATION_MAILS: Final = "confirmation_mails"
"""What registering and asking for another code count together."""

LOGIN: Final = "login"
"""What logging in counts; a password reset forgets it."""


def count_attempt(
    table: Table, person: str, operation: str, lockout: Lockout, at: datetime
) -> None:
    """Count one more attempt of `person` (a pseudonym), before it is made.

    Raises `TooManyAttempts` while there is a wait, and for all but one of simultaneous attempts.
    """
    seen = attempts.find(table, person, operation)
    if wait := lockout.wait(seen, at):
        raise TooManyAttempts(wait)
    try:
        attempts.record(table, person, operation, seen, lockout.next(seen, at))
    except AttemptedMeanwhileError as error:
        raise TooManyAttempts(1) from error

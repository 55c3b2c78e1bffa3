"""Set a new password by the code from the mailbox; that ends every session of the account."""

from contextlib import suppress
from datetime import datetime

from teppan import clock
from teppan.domain.errors import StorageUnavailable
from teppan.domain.lockout import CODES
from teppan.identity.directory import Directory
from teppan.identity.errors import OutcomeUnknown
from teppan.identity.pseudonym import pseudonym
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import LOGIN, count_attempt
from teppan.services.end_sessions import end_sessions
from teppan.store import attempts, sessions
from teppan.store.table import Table

_OPERATION = "confirm_password_reset"


def confirm_password_reset(
    table: Table,
    pool: UserPool,
    accounts: Directory,
    email: str,
    code: str,
    password: str,
    at: datetime,
) -> None:
    """Change the password, then end all sessions, those of the same second too.

    A note of the change is made before it and taken back only when Cognito has refused it: if it
    stops anywhere in between, the sessions count as ended. Raises `InvalidCode`, `InvalidInput`,
    `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, _OPERATION, CODES, at)
    account = accounts.find(email)
    account_id = account.id if account else person
    sessions.begin_reset(table, account_id, at)
    try:
        pool.reset_password(email, code, password)
    except OutcomeUnknown:
        raise
    except Exception:
        sessions.abandon_reset(table, account_id, at)
        raise
    ended_at = end_sessions(table, accounts, email, account_id, reset=at)
    with suppress(StorageUnavailable):  # the password is set; only the next wait is longer
        attempts.forget(table, person, _OPERATION)
        attempts.forget(table, person, LOGIN)
    clock.sleep_until(ended_at)

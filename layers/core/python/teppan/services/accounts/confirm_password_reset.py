"""Set a new password with the code from the e-mail, and end every session of the account."""

from contextlib import suppress

from teppan import clock
from teppan.domain.caller import Caller
from teppan.domain.errors import StorageUnavailable
from teppan.identity.cognito.directory import Directory
from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.errors import OutcomeUnknown
from teppan.services.accounts.end_sessions import end_sessions
from teppan.services.accounts.lockout import (
    LOGIN,
    RESET,
    count_attempt,
    forget_attempts,
    origin_of,
)
from teppan.store.accounts import sessions
from teppan.store.table import Table


def confirm_password_reset(
    table: Table,
    pool: UserPool,
    accounts: Directory,
    email: str,
    code: str,
    password: str,
    caller: Caller,
) -> None:
    """Change the password, then end all sessions, including those begun in the same second.

    The reset is recorded before the password changes. The record is removed only if Cognito refuses
    the reset. If the function stops in between, the sessions therefore count as ended. Raises
    `InvalidCode`, `InvalidInput`, `TooManyAttempts`, `IdentityUnavailable`, `StorageUnavailable`.
    """
    at, origin = caller.at, origin_of(email, caller)
    count_attempt(table, origin, RESET)
    account = accounts.find(email)
    account_id = account.id if account else origin.address
    sessions.begin_reset(table, account_id, at)
    try:
        pool.reset_password(email, code, password)
    except OutcomeUnknown:
        raise
    except Exception:
        sessions.abandon_reset(table, account_id, at)
        raise
    ended_at = end_sessions(table, accounts, email, account_id, reset=at)
    with suppress(StorageUnavailable):  # the password is set; a failure only makes waits longer
        forget_attempts(table, origin, RESET)
        forget_attempts(table, origin, LOGIN)
    clock.sleep_until(ended_at)

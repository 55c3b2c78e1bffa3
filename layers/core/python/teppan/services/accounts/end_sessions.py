"""End every session of an account whose password has just been set."""

from datetime import datetime

from teppan import clock
from teppan.domain.accounts.session import next_second
from teppan.identity.cognito.directory import Directory
from teppan.store.accounts import sessions
from teppan.store.table import Table


def end_sessions(
    table: Table, accounts: Directory, name: str, account_id: str, reset: datetime | None = None
) -> datetime:
    """Revoke all tokens, then refuse the access tokens that are out; return when that holds.

    `name` is the account's address or user name; `reset` the instant of a reset's note, which has
    served then (`store.sessions`). Sessions that began in the present second end too, so whoever
    wants to log in again waits for the instant that is returned. Raises `TooManyAttempts`,
    `IdentityUnavailable` and `StorageUnavailable`.
    """
    accounts.end_sessions(name)
    ended_at = next_second(clock.utc_now())
    sessions.end_all(table, account_id, ended_at, reset)
    return ended_at

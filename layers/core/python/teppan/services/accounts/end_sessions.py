"""End every session of an account after its password was set."""

from datetime import datetime

from teppan import clock
from teppan.domain.accounts.session import next_second
from teppan.identity.cognito.directory import Directory
from teppan.store.accounts import sessions
from teppan.store.table import Table


def end_sessions(
    table: Table, accounts: Directory, name: str, account_id: str, reset: datetime | None = None
) -> datetime:
    """Revoke all tokens and end all sessions; return the instant from which logins are valid again.

    `name` is the account's address or user name. `reset` is the instant of the recorded password
    reset (`store.sessions`), which is removed. Sessions that began in the present second end too,
    so a caller who logs in again must wait for the returned instant. Raises `TooManyAttempts`,
    `IdentityUnavailable` and `StorageUnavailable`.
    """
    accounts.end_sessions(name)
    ended_at = next_second(clock.utc_now())
    sessions.end_all(table, account_id, ended_at, reset)
    return ended_at

"""Log out: end one session at once."""

from datetime import datetime

from teppan.domain.accounts.session import Session
from teppan.identity.cognito.user_pool import UserPool
from teppan.store.accounts import sessions
from teppan.store.table import Table


def log_out(
    table: Table, pool: UserPool, session: Session, refresh_token: str, at: datetime
) -> None:
    """Revoke the refresh token, then end the session; a repetition is safe.

    Raises `InvalidInput`, `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    pool.revoke(refresh_token)
    sessions.end(table, session, at)

"""Log out: end one session at once."""

from datetime import datetime

from teppan.domain.accounts.session import Session
from teppan.identity.cognito.user_pool import UserPool
from teppan.store.accounts import sessions
from teppan.store.table import Table


def log_out(
    table: Table, pool: UserPool, session: Session, refresh_token: str, at: datetime
) -> None:
    """End the session, then revoke its refresh token.

    In this order nothing stays open if Cognito refuses the call or the function stops in between:
    `refresh` refuses an ended session and revokes its tokens. Raises `InvalidInput`,
    `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    sessions.end(table, session, at)
    pool.revoke(refresh_token)

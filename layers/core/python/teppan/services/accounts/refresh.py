"""Return new tokens for a session that has not ended."""

from datetime import datetime

from teppan.domain.accounts.session import is_live
from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.errors import InvalidRefreshToken
from teppan.identity.tokens import Tokens
from teppan.store.accounts import sessions
from teppan.store.table import Table


def refresh(table: Table, pool: UserPool, refresh_token: str, at: datetime) -> Tokens:
    """Return new tokens of the session; the old refresh token stays valid for a short time only.

    Raises `InvalidRefreshToken`, `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    tokens = pool.refresh(refresh_token)
    session = tokens.session
    if not is_live(session, sessions.endings(table, session), at):
        pool.revoke(tokens.refresh)
        raise InvalidRefreshToken
    return tokens

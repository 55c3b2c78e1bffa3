"""Refuse a session that ended before its access token expires (`architecture.md §6`)."""

from datetime import datetime

from teppan.domain.accounts.session import Session, is_live
from teppan.identity.errors import SessionEnded
from teppan.store.accounts import sessions
from teppan.store.table import Table


def check_live(table: Table, session: Session, at: datetime) -> None:
    """Raise `SessionEnded` if the session has ended; raises `StorageUnavailable`."""
    if not is_live(session, sessions.endings(table, session), at):
        raise SessionEnded

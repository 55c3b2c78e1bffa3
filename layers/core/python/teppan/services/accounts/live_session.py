"""Refuse a session that has ended before its access token did (`architecture.md §6`)."""

from datetime import datetime

from teppan.domain.accounts.session import Session, is_live
from teppan.identity.errors import SessionEnded
from teppan.store.accounts import sessions
from teppan.store.table import Table


def check_live(table: Table, session: Session, at: datetime) -> None:
    """Return if nobody has ended the session; raises `SessionEnded` and `StorageUnavailable`."""
    if not is_live(session, sessions.endings(table, session), at):
        raise SessionEnded

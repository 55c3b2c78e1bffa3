"""Ended sessions in the table, kept longer than any of their tokens is valid."""

from datetime import datetime
from typing import Any

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.accounts.session import LIFETIME, Session, SessionEndings
from teppan.store import keys
from teppan.store.table import Table, Update


def endings(table: Table, session: Session) -> SessionEndings:
    """Return what may have ended the session, by one strongly consistent BatchGetItem."""
    logout, all_of_account = keys.session(session.id), keys.sessions(session.account_id)
    items = table.get_all(logout, all_of_account)
    account = items.get(all_of_account, {})
    ended_at = account.get("ended_at")
    return SessionEndings(
        logged_out=logout in items,
        ended_at=from_rfc3339(ended_at) if ended_at else None,
        resets_begun=frozenset(map(from_rfc3339, account.get("resets_begun", ()))),
    )


def end(table: Table, session: Session, at: datetime) -> None:
    """Record a logout; a repetition has no effect."""
    values = {"account": session.account_id, "expires_at": _expires_at(at)}
    expression = "SET account_id = :account, expires_at = :expires_at"
    table.update(Update(keys.session(session.id), expression, None, values))


def begin_reset(table: Table, account_id: str, at: datetime) -> None:
    """Record that a password reset is about to be confirmed."""
    values = {"reset": frozenset({to_rfc3339(at)}), "expires_at": _expires_at(at)}
    expression = "SET expires_at = :expires_at ADD resets_begun :reset"
    table.update(Update(keys.sessions(account_id), expression, None, values))


def abandon_reset(table: Table, account_id: str, at: datetime) -> None:
    """Remove the record of the reset at `at`, which did not change the password."""
    values = {"reset": frozenset({to_rfc3339(at)})}
    table.update(Update(keys.sessions(account_id), "DELETE resets_begun :reset", None, values))


def end_all(table: Table, account_id: str, at: datetime, reset: datetime | None = None) -> None:
    """Record that all sessions begun before `at` have ended, and remove the record of `reset`."""
    values: dict[str, Any] = {"at": to_rfc3339(at), "expires_at": _expires_at(at)}
    expression = "SET ended_at = :at, expires_at = :expires_at"
    if reset is not None:
        values["reset"] = frozenset({to_rfc3339(reset)})
        expression += " DELETE resets_begun :reset"
    table.update(Update(keys.sessions(account_id), expression, None, values))


def _expires_at(at: datetime) -> int:
    return int((at + LIFETIME).timestamp())

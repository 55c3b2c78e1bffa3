"""Ended sessions in the table, kept for longer than any of their tokens lives."""

from datetime import datetime
from typing import Any

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.accounts.session import LIFETIME, Endings, Session
from teppan.store import keys
from teppan.store.table import Table, Update


def endings(table: Table, session: Session) -> Endings:
    """Return what has ended the session, strongly consistent: one BatchGetItem."""
    its_logout, all_of_account = keys.session(session.id), keys.sessions(session.account_id)
    items = table.get_all(its_logout, all_of_account)
    account = items.get(all_of_account, {})
    ended_at = account.get("ended_at")
    return Endings(
        logged_out=its_logout in items,
        ended_at=from_rfc3339(ended_at) if ended_at else None,
        resets_begun=frozenset(map(from_rfc3339, account.get("resets_begun", ()))),
    )


def end(table: Table, session: Session, at: datetime) -> None:
    """Record a logout; a second time changes nothing that counts."""
    values = {"account": session.account_id, "expires_at": _expires_at(at)}
    expression = "SET account_id = :account, expires_at = :expires_at"
    table.update(Update(keys.session(session.id), expression, None, values))


def begin_reset(table: Table, account_id: str, at: datetime) -> None:
    """Note that a password reset is about to be confirmed."""
    values = {"reset": frozenset({to_rfc3339(at)}), "expires_at": _expires_at(at)}
    expression = "SET expires_at = :expires_at ADD resets_begun :reset"
    table.update(Update(keys.sessions(account_id), expression, None, values))


def abandon_reset(table: Table, account_id: str, at: datetime) -> None:
    """Take the note of `at` back: the password is as it was."""
    values = {"reset": frozenset({to_rfc3339(at)})}
    table.update(Update(keys.sessions(account_id), "DELETE resets_begun :reset", None, values))


def end_all(table: Table, account_id: str, at: datetime, reset: datetime | None = None) -> None:
    """Record that all sessions that began before `at` have ended; `reset`'s note has served."""
    values: dict[str, Any] = {"at": to_rfc3339(at), "expires_at": _expires_at(at)}
    expression = "SET ended_at = :at, expires_at = :expires_at"
    if reset is not None:
        values["reset"] = frozenset({to_rfc3339(reset)})
        expression += " DELETE resets_begun :reset"
    table.update(Update(keys.sessions(account_id), expression, None, values))


def _expires_at(at: datetime) -> int:
    return int((at + LIFETIME).timestamp())

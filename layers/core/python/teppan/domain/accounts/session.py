"""Sessions: a login starts one, and it may end before its tokens expire (`architecture.md §6`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CONFIRMATION: Final = timedelta(seconds=20)
"""Longer than the confirmation of a password reset takes; an older record was abandoned."""

LIFETIME: Final = timedelta(days=31)
"""Longer than the lifetime of any refresh token."""


@dataclass(frozen=True, slots=True)
class Session:
    """A login of an account; all tokens refreshed from it carry its id (claim `origin_jti`)."""

    id: str
    account_id: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class SessionEndings:
    """The events that end a session: its logout, or a new password for the account.

    A new password at `ended_at` ends all earlier sessions. `resets_begun` are the instants at which
    confirmations of a password reset began that have no recorded result.
    """

    logged_out: bool = False
    ended_at: datetime | None = None
    resets_begun: frozenset[datetime] = frozenset()


def is_live(session: Session, endings: SessionEndings, at: datetime) -> bool:
    """Return whether the session is valid at the instant `at`.

    A password reset that stopped without a result counts as done.
    """
    ends = [begun + CONFIRMATION for begun in endings.resets_begun if begun + CONFIRMATION <= at]
    if endings.ended_at:
        ends.append(endings.ended_at)
    return not endings.logged_out and all(session.began_at >= end for end in ends)


def next_second(at: datetime) -> datetime:
    """Return the start of the second after `at`.

    Tokens give the start of a session in whole seconds. So an end at `at` must also end the
    sessions that began in the same second, before or after it.
    """
    return at.replace(microsecond=0) + timedelta(seconds=1)

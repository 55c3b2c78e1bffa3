"""Sessions: what a login starts, and what ends it before its tokens do (`architecture.md §6`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CONFIRMATION: Final = timedelta(seconds=20)
"""Longer than confirming a password reset takes: an older note of one was left behind."""

LIFETIME: Final = timedelta(days=31)
"""Longer than any refresh token lives."""


@dataclass(frozen=True, slots=True)
class Session:
    """A login of an account: all tokens refreshed from it carry its id (claim `origin_jti`)."""

    id: str
    account_id: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Endings:
    """What ends sessions: this one's logout, or a changed password, which ends all before it.

    `resets_begun` are the instants since when password resets are being confirmed.
    """

    logged_out: bool = False
    ended_at: datetime | None = None
    resets_begun: frozenset[datetime] = frozenset()


def is_live(session: Session, endings: Endings, at: datetime) -> bool:
    """Return whether the session is still good at the instant `at`.

    A reset whose outcome is unknown, because it stopped half-way, counts as one that took place.
    """
    ends = [begun + CONFIRMATION for begun in endings.resets_begun if begun + CONFIRMATION <= at]
    if endings.ended_at:
        ends.append(endings.ended_at)
    return not endings.logged_out and all(session.began_at >= end for end in ends)


def next_second(at: datetime) -> datetime:
    """Return the second after that of `at`; tokens tell when a session began in whole seconds.

    What ends all sessions at `at` ends those of the same second, whichever came first.
    """
    return at.replace(microsecond=0) + timedelta(seconds=1)

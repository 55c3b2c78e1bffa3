"""The stub of the session check."""

from datetime import datetime

import pytest

from teppan.domain.accounts.session import Session
from teppan.services.accounts import live_session
from teppan.store import table
from teppan.store.table import Table


class SessionCheck:
    """A stub of `check_live`: records its calls, and raises `refusal` if it is set."""

    def __init__(self) -> None:
        self.table = Table(None, "never used")
        self.checks: list[tuple[Table, Session, datetime]] = []
        self.refusal: Exception | None = None

    def check_live(self, table: Table, session: Session, at: datetime) -> None:
        self.checks.append((table, session, at))
        if self.refusal:
            raise self.refusal


@pytest.fixture(autouse=True)
def sessions(monkeypatch: pytest.MonkeyPatch) -> SessionCheck:
    """The session check; every session is live unless a test sets `refusal`."""
    stub = SessionCheck()
    monkeypatch.setattr(live_session, "check_live", stub.check_live)
    monkeypatch.setattr(table, "connect", lambda: stub.table)
    return stub

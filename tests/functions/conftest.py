"""Handlers, called as Lambda calls them, on an empty table while time stands still."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
from botocore.client import BaseClient
from local.fakes.stripe.fake import FakeStripe
from tests.builders import account
from tests.conftest import Clock
from tests.functions.given import Snapshot, snapshot_of
from tests.functions.handlers import Handlers, handlers
from tests.functions.money import Till
from tests.functions.permissions.recorder import Recording, recorded
from tests.functions.secrets_manager import keep_cursor_secret, new_secret
from tests.functions.stream import Stream
from tests.functions.stripe import API_KEY, gateway_to

from teppan import secret
from teppan.identity.cognito.directory import Directory
from teppan.observability.log import logger
from teppan.store.table import Table

type Output = Callable[[], str]


@pytest.fixture(scope="session", autouse=True)
def cursor_secret() -> None:
    """The secret that cursors are signed with."""
    keep_cursor_secret()


@pytest.fixture(autouse=True)
def calls_of_aws() -> Iterator[Recording]:
    """Record what functions call, and fail a test in which the template does not allow it."""
    with recorded() as recording:
        yield recording
    assert recording.not_allowed() == {}


@pytest.fixture
def everybody_has_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool knows an account of every id, so that callers need not register."""
    monkeypatch.setattr(Directory, "find", lambda _, name: account(id=name))


@pytest.fixture
def call(table: Table, now: Clock) -> Iterator[Handlers]:
    """Call a function by its operation; every answer must be one that the contract promises."""
    with handlers(table) as functions:
        yield functions
    functions.check_answers()


@pytest.fixture
def stripe(call: Handlers) -> FakeStripe:
    """The Stripe that the functions know, empty; its clock is `now`."""
    return call.stripe


@pytest.fixture
def api_key(call: Handlers, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a secret with Stripe's API key that this test alone uses, and may rotate."""
    name = new_secret(API_KEY)
    call.provider = gateway_to(stripe, name)
    monkeypatch.setattr(secret, "_cache", {})
    monkeypatch.setattr(secret, "_reread_at", {})
    return name


@pytest.fixture
def till(call: Handlers, dynamodb: BaseClient, table_name: str) -> Till:
    """Where bookings are paid, on the table's stream from now on."""
    return Till(call, Stream(dynamodb, table_name))


@pytest.fixture
def snapshot(dynamodb: BaseClient, table_name: str) -> Snapshot:
    """Return everything that the table holds."""
    return lambda: snapshot_of(dynamodb, table_name)


@pytest.fixture
def output(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Output]:
    """Return everything that was logged, at any level, or printed."""
    written, level = io.StringIO(), logger.log_level
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    logger.setLevel(logging.DEBUG)

    def read() -> str:
        printed = capsys.readouterr()
        return "\n".join((written.getvalue(), printed.out, printed.err, caplog.text))

    yield read
    logger.setLevel(level)

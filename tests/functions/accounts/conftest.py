"""Fixtures and helpers for tests of accounts and sessions."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from tests.clients import new_client
from tests.conftest import Clock
from tests.functions.cognito import CONFIRMATION_CODE
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.people import Person
from tests.functions.secrets_manager import keep_pseudonym_secret
from tests.functions.wire import Wire, tapped

from teppan.identity.cognito.client import cognito
from teppan.store.table import Table

type Tap = Callable[..., AbstractContextManager[Wire]]


def confirm(call: Handlers, person: Person, **changes: Any) -> Answer:
    """Confirm the registration of a person by the code, with `changes` to the body."""
    body = {**person.credentials, "code": CONFIRMATION_CODE} | changes
    return call("confirmRegistration", body, by=None)


@pytest.fixture
def connected(call: Handlers) -> None:
    """Set up Cognito and the pseudonym secret for a test that calls a service directly."""
    use_cognito()
    keep_pseudonym_secret()


@pytest.fixture
def tap(call: Handlers, connected: None, table_name: str, monkeypatch: pytest.MonkeyPatch) -> Tap:
    """Record the calls to DynamoDB and Cognito, or let one of them fail."""
    dynamodb = new_client("dynamodb")
    call.table = Table(dynamodb, table_name)
    monkeypatch.setattr("time.sleep", lambda _: None)  # no pause before a retry
    return partial(tapped, dynamodb, cognito())


@pytest.fixture
def today(now: Clock) -> Clock:
    """The clock, set to the real time, which the emulator's tokens carry."""
    now.set(datetime.now(UTC))
    return now

"""Fixtures of the unit tests: sockets are disabled, log lines are captured, secrets are fake."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from teppan import secret
from teppan.observability import trace  # noqa: F401 - X-Ray's package opens a socket at import
from teppan.observability.log import logger

type LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Refuse every socket, also to this machine."""


@pytest.fixture
def logged() -> Iterator[LogLines]:
    """The lines that the test has logged."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    captured = io.StringIO()
    original = handler.setStream(captured)
    yield lambda: [json.loads(line) for line in captured.getvalue().splitlines()]
    handler.setStream(original)


class Secrets:
    """A stub of `teppan.secret`: the valid values of every secret, the current one first."""

    def __init__(self, *values: str) -> None:
        self.values = values

    def current(self, _arn: str) -> str:
        return self.values[0]

    def valid(self, _arn: str) -> Iterator[str]:
        yield from self.values


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """The value of every secret; a test rotates it by setting `values`."""
    stub = Secrets("sixteen tons of cursor secret")
    monkeypatch.setattr(secret, "current", stub.current)
    monkeypatch.setattr(secret, "valid", stub.valid)
    return stub

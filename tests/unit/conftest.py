"""Unit tests run on nothing but Python: every socket is refused, and what is logged is kept."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from teppan import secret
from teppan.observability.log import logger

type LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Nothing here may reach the network, nor this machine."""


@pytest.fixture
def logged() -> Iterator[LogLines]:
    """The lines that the test has logged."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    usual = handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(usual)


class Secrets:
    """Stands for `teppan.secret`: the values by age, the current one first."""

    def __init__(self, *values: str) -> None:
        self.values = values

    def current(self, _arn: str) -> str:
        return self.values[0]

    def valid(self, _arn: str) -> Iterator[str]:
        yield from self.values


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """The secret that things are signed with; a test rotates it by setting `values`."""
    stub = Secrets("sixteen tons of cursor secret")
    monkeypatch.setattr(secret, "current", stub.current)
    monkeypatch.setattr(secret, "valid", stub.valid)
    return stub

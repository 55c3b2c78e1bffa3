"""Handlers, called as Lambda calls them, on a table of their own while time stands still."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.builders import gateway_event, lambda_context, load_function
from tests.conftest import Clock

from teppan.store.table import Table


@dataclass(frozen=True)
class Answer:
    """What a handler answered, its body read."""

    status: int
    headers: dict[str, str]
    body: Any


@pytest.fixture(scope="session", autouse=True)
def cursor_secret() -> Iterator[None]:
    """The secret that cursors are signed with, in moto's Secrets Manager."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = url = f"http://{host}:{port}"
    boto3.client("secretsmanager", endpoint_url=url).create_secret(
        Name=os.environ["CURSOR_SECRET_ARN"], SecretString="sixteen tons of cursor secret"
    )
    yield
    server.stop()


type Call = Callable[..., Answer]


@pytest.fixture
def call(table: Table, now: Clock, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `functions/<name>` with a gateway event made from the keywords of `gateway_event`."""

    def call(name: str, event: dict[str, Any] | None = None, **request: Any) -> Answer:
        function = load_function(name)
        if hasattr(function, "table"):
            monkeypatch.setattr(function, "table", table)
        result = function.handler(event or gateway_event(**request), lambda_context())
        body = json.loads(result["body"]) if result["body"] else None
        return Answer(result["statusCode"], result["headers"], body)

    return call

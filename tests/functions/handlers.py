"""Handlers, called as API Gateway and Lambda call them, by the id of their operation."""

import atexit
import base64
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer
from tests.builders import ADMIN, CUSTOMER, gateway_event, lambda_context, load_function
from tests.functions import contract
from tests.functions.cognito import emulated

from teppan import aws
from teppan.store import table as store
from teppan.store.table import Table


@dataclass(frozen=True)
class Answer:
    """What a handler answered, its body read."""

    operation: str
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def problem(self) -> tuple[int, str | None]:
        """The status and the problem's code (None: no problem)."""
        return self.status, (self.body or {}).get("code")

    @property
    def faults(self) -> list[str]:
        """Where the problem's errors point: `body /guests`."""
        return [f"{each['in']} {each['pointer']}" for each in self.body.get("errors", [])]


@contextmanager
def handlers(table: Table) -> Iterator["Handlers"]:
    """All functions on one table, and on it too the check whether a session has ended."""
    functions = Handlers(table)
    usual = {name: os.environ[name] for name in ("USER_POOL_CLIENT_ID", "USER_POOL_ID")}
    try:
        with patch.object(store, "connect", lambda: functions.table):
            yield functions
    finally:
        os.environ |= usual


class Handlers:
    """All functions on one table; keeps every answer, to be held against the contract."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.answers: list[Answer] = []

    def __call__(self, operation: str, body: Any = None, **request: Any) -> Answer:
        """Send a request, as `event` takes it, to the function of `operation`."""
        return self.send(operation, self.event(operation, body, **request))

    def event(
        self,
        operation: str,
        body: Any = None,
        *,
        by: str | None = CUSTOMER,
        token: str | None = None,
        claims: Mapping[str, str] | None = None,
        query: Mapping[str, str | list[str]] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **path_parameters: str,
    ) -> dict[str, Any]:
        """Return the gateway event of a request for `operation` by the account `by` (None: nobody).

        With an access `token` the caller is whom it names; `claims` say otherwise. A str `body` is
        sent as it is; a header that is None is not sent; a booking is created with a key of its own
        unless `headers` name one.
        """
        if token:
            use_cognito()
        _prepare(operation)
        called = contract.OPERATIONS[operation]
        usual = {"Idempotency-Key": str(uuid.uuid4())} if operation == "createBooking" else {}
        if token and by:
            usual["Authorization"] = f"Bearer {token}"
        sent: dict[str, str | None] = {**usual, **(headers or {})}
        event = gateway_event(
            called.method,
            called.path.replace("+", "").format(**path_parameters),
            body=body,
            account=by,
            groups="admin" if by == ADMIN else "customer",
            token={**(claims_of(token) if token else {}), **(claims or {})},
            headers={name: text for name, text in sent.items() if text is not None},
            path_parameters=path_parameters or None,
            query=dict(query or {}),
        )
        for name in (name for name, text in sent.items() if text is None):
            event["headers"].pop(name, None)
        return event

    def send(self, operation: str, event: dict[str, Any]) -> Answer:
        """Hand `event` to the function that serves `operation` and return its answer."""
        result = self._function(operation).handler(event, lambda_context())
        text = result["body"]
        answer = Answer(
            operation,
            result["statusCode"],
            result["headers"],
            json.loads(text.encode()) if text else None,
        )
        self.answers.append(answer)
        return answer

    def check_answers(self) -> None:
        """Check that every answer so far is one that the contract promises."""
        for answer in self.answers:
            contract.check(answer.operation, answer.status, answer.headers, answer.body)

    def _function(self, operation: str) -> ModuleType:
        _prepare(operation)
        function = load_function(contract.function_of(operation))
        if hasattr(function, "table"):
            vars(function)["table"] = self.table
        return function


def _prepare(operation: str) -> None:
    """Start what `operation` needs, before its function connects to it."""
    if contract.function_of(operation).startswith("auth/"):
        use_cognito()
        keep_pseudonym_secret()


def use_cognito() -> None:
    """Make the emulator's pool the one that our functions and the claims of events are about."""
    os.environ |= emulated().settings


def claims_of(token: str) -> dict[str, str]:
    """Return the claims of an access token as API Gateway hands them on: all of them text."""
    read = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in read.items()
    }


@cache
def keep_cursor_secret() -> None:
    """Keep the secret that cursors are signed with in Secrets Manager."""
    _keep("CURSOR_SECRET_ARN", "sixteen tons of cursor secret")


@cache
def keep_pseudonym_secret() -> None:
    """Keep the secret that people's pseudonyms are made with in Secrets Manager."""
    _keep("PSEUDONYM_SECRET_ARN", "a person by any other name")


def _keep(setting: str, value: str) -> None:
    _secrets_manager().create_secret(Name=os.environ[setting], SecretString=value)


@cache
def _secrets_manager() -> BaseClient:
    """Run moto's, one a process, and return a client of it."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    aws.client.cache_clear()
    os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = url = f"http://{host}:{port}"
    return boto3.client("secretsmanager", endpoint_url=url)

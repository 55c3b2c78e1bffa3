"""Handlers, called as API Gateway and Lambda call them, by the id of their operation."""

import atexit
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from tests.builders import ADMIN, CUSTOMER, gateway_event, lambda_context, load_function
from tests.functions import contract

from teppan import aws
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
        query: Mapping[str, str | list[str]] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **path_parameters: str,
    ) -> dict[str, Any]:
        """Return the gateway event of a request for `operation` by the account `by` (None: nobody).

        A str `body` is sent as it is; a header that is None is not sent; a booking is created with
        a key of its own unless `headers` name one.
        """
        called = contract.OPERATIONS[operation]
        usual = {"Idempotency-Key": str(uuid.uuid4())} if operation == "createBooking" else {}
        sent: dict[str, str | None] = {**usual, **(headers or {})}
        event = gateway_event(
            called.method,
            called.path.replace("+", "").format(**path_parameters),
            body=body,
            account=by,
            groups="admin" if by == ADMIN else "customer",
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
        function = load_function(contract.function_of(operation))
        if hasattr(function, "table"):
            vars(function)["table"] = self.table
        return function


@cache
def keep_cursor_secret() -> None:
    """Keep the secret that cursors are signed with in moto's Secrets Manager, one a process."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    aws.client.cache_clear()
    os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = url = f"http://{host}:{port}"
    boto3.client("secretsmanager", endpoint_url=url).create_secret(
        Name=os.environ["CURSOR_SECRET_ARN"], SecretString="sixteen tons of cursor secret"
    )

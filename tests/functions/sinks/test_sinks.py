"""Passwords, codes, tokens and addresses reach no log, no metric and no trace.

Each operation runs in its own process, as on Lambda. The tests read all its output, and receive
the segments that it sends to the X-Ray daemon.
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any, Final

import pytest
from tests.builders import NOW, ROOT
from tests.functions import contract
from tests.functions.every_operation.test_imports import path_to_layers
from tests.functions.example import declared
from tests.functions.handlers import Handlers
from tests.functions.people import confirmed, session_of, with_second_factor
from tests.functions.requests import Keywords, good_request
from tests.sizes import SIZES

type Event = dict[str, Any]

OPERATIONS: Final = [name for name in declared() if "/auth/" in contract.OPERATIONS[name].path]
MARK: Final = "Xanthippe"
WRONG: Final = {
    "email": f"{MARK}@example.com",
    "password": f"{MARK}'s wrong password",
    "new_password": f"{MARK}'s wrong password",
    "code": "918273",
    "mfa_code": "918273",
    "refresh_token": f"e30.{MARK}.e30",
}
"""The values that replace each field in requests that fail."""

CODES: Final = (
    "NotAuthorizedException",
    "InvalidParameterException",
    "InternalErrorException",
    "CodeMismatchException",
    "SomethingNewException",
)
"""The errors that the quoting Cognito answers, in order."""

RUN: Final = """
import importlib.util, json, logging, sys
from datetime import datetime
from types import SimpleNamespace
from teppan import clock

logging.basicConfig(level=logging.INFO, stream=sys.stderr)
source, events, now = json.load(sys.stdin)
clock.utc_now = lambda: datetime.fromisoformat(now)
spec = importlib.util.spec_from_file_location("app", source)
app = importlib.util.module_from_spec(spec)
spec.loader.exec_module(app)
context = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r",
    get_remaining_time_in_millis=lambda: 900_000,
)
answers = [app.handler(event, context) or {} for event in events]
print(json.dumps([answer.get("statusCode") for answer in answers]), file=sys.stderr)
"""


@dataclass(frozen=True)
class Sinks:
    """The output of the process, by sink, and the statuses of its answers."""

    stdout: str
    stderr: str
    segments: str
    statuses: list[int]

    def found(self, secrets: set[str]) -> dict[str, list[str]]:
        """Return the secrets that were written, by sink."""
        patterns = {each: re.compile(rf"(?<!\w){re.escape(each)}(?!\w)") for each in secrets}
        sinks = {"stdout": self.stdout, "stderr": self.stderr, "segments": self.segments}
        return {
            name: leaked
            for name, text in sinks.items()
            if (leaked := [each for each, pattern in patterns.items() if pattern.search(text)])
        }


def run(operation: str, events: list[Event], **environment: str) -> Sinks:
    """Handle `events` in a new process of the operation's function, with tracing on."""
    source = ROOT / "functions" / contract.function_of(operation) / "app.py"
    with _xray_daemon() as (address, segments):
        process = subprocess.run(
            [sys.executable, "-P", "-c", RUN],
            input=json.dumps([str(source), events, NOW.isoformat()]),
            env=os.environ
            | {
                "AWS_XRAY_DAEMON_ADDRESS": address,
                "LAMBDA_TASK_ROOT": str(source.parent),
                "POWERTOOLS_LOG_LEVEL": "DEBUG",
                "POWERTOOLS_TRACE_DISABLED": "false",
                "PYTHONPATH": path_to_layers(contract.function_of(operation)),
                "_X_AMZN_TRACE_ID": "Root=1-6bef2a10-3c5d7e9f1a2b4c6d8e0f1a2b;"
                "Parent=3c5d7e9f1a2b4c6d;Sampled=1",
            }
            | environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert process.returncode == 0, process.stderr
    statuses = json.loads(process.stderr.splitlines()[-1])
    return Sinks(process.stdout, process.stderr, "".join(segments), statuses)


@contextmanager
def _xray_daemon() -> Iterator[tuple[str, list[str]]]:
    """Receive segments; yield the address to send them to, and the list of those received."""
    received: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        daemon.bind(("127.0.0.1", 0))
        host, port = daemon.getsockname()

        def receive() -> None:
            while datagram := daemon.recv(1 << 16):
                received.append(datagram.decode())

        listening = threading.Thread(target=receive)
        listening.start()
        try:
            yield f"{host}:{port}", received
        finally:
            daemon.sendto(b"", (host, port))  # ends the loop: local datagrams keep their order
            listening.join()


@contextmanager
def _quoting_cognito() -> Iterator[str]:
    """Serve a Cognito that refuses each request and quotes it; yield its URL."""
    codes = cycle(CODES)

    class Quoting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = json.dumps({"__type": next(codes), "message": sent}).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Write nothing to the test's own output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Quoting) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def secrets_of(events: list[Event]) -> set[str]:
    """Return every text that a person has sent, and each part of their tokens."""
    secrets = {MARK}
    for event in events:
        header = event["headers"].get("Authorization", "").removeprefix("Bearer ")
        secrets |= {header, *header.split(".")}
        try:
            body = json.loads(event["body"] or "{}")
        except ValueError:
            continue
        for text in (each for each in body.values() if isinstance(each, str)):
            secrets |= {text} | ({part for part in text.split(".") if len(part) > 20})
    return {each for each in secrets if len(each) > 5}


def spoilt(request: Keywords) -> Iterator[Keywords]:
    """Yield requests that each fail in one way and contain secrets."""
    body = request.get("body", {})
    for name in body:
        yield request | {"body": body | {name: WRONG[name]}}
        yield request | {"body": body | {name: [WRONG[name]]}}
    if body:
        yield request | {"body": body | {MARK: MARK}}
        yield request | {"body": f'{{"password": "{MARK}'}
        yield request | {"body": json.dumps(body) + MARK * 3000}
    yield request | {"query": {"password": MARK, MARK: "1"}}
    yield request | {"token": None, "headers": {"Authorization": f"Bearer e30.{MARK}.e30"}}


@pytest.fixture
def environment(table_name: str) -> dict[str, str]:
    return {"TABLE_NAME": table_name}


def assert_silent(sinks: Sinks, events: list[Event], operation: str) -> None:
    """Check that each sink was written to, and none of the secrets into any."""
    assert len(sinks.statuses) == len(events)
    assert sinks.stdout.count('"message":"answered"') == len(events)
    assert sinks.stdout.count('"Requests":[1.0]') == len(events)
    assert "INFO:botocore" in sinks.stderr
    assert f'"operation": "{operation}"' in sinks.segments
    assert '"name": "cognito-idp"' in sinks.segments
    assert sinks.found(secrets_of(events)) == {}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_account_operation_leaks_no_secret(
    call: Handlers, environment: dict[str, str], operation: str
) -> None:
    requests = [*spoilt(good_request(operation, call)), good_request(operation, call)]
    events = [call.event(operation, **each) for each in requests]

    sinks = run(operation, events, **environment)

    assert sinks.statuses[-1] < 300
    assert_silent(sinks, events, operation)


def test_a_login_leaks_no_second_factor(call: Handlers, environment: dict[str, str]) -> None:
    person, app = with_second_factor()
    bodies = [person.credentials | {"mfa_code": code} for code in ("918273", app.code())]
    events = [call.event("login", body, by=None) for body in bodies]

    sinks = run("login", events, **environment)

    assert sinks.statuses == [401, 200]
    assert_silent(sinks, events, "login")


@pytest.mark.parametrize("operation", OPERATIONS[: SIZES.quoted_operations])
def test_an_account_operation_leaks_nothing_that_cognito_quotes(
    call: Handlers, environment: dict[str, str], operation: str
) -> None:
    # Stubbed: the emulator's errors quote nothing; those of AWS may.
    requests = [good_request(operation, call) for _ in CODES]
    events = [call.event(operation, **each) for each in requests]

    with _quoting_cognito() as url:
        environment["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = url
        sinks = run(operation, events, **environment)

    assert len(set(sinks.statuses)) > 1
    assert_silent(sinks, events, operation)


def test_a_leaked_secret_is_found(call: Handlers) -> None:
    tokens = session_of(confirmed())
    event = call.event("logout", {"refresh_token": tokens.refresh}, token=tokens.access)
    payload = tokens.access.split(".")[1]

    for sinks in (
        Sinks(f'{{"token": "{tokens.access}"}}', "", "", []),
        Sinks("", f"sent {payload}...", "", []),
        Sinks("", "", json.dumps({"cause": {"message": f"refused '{tokens.refresh}'"}}), []),
    ):
        assert sinks.found(secrets_of([event])) != {}
    assert Sinks("x918273x", "", "", []).found({"918273"}) == {}
    assert Sinks('"918273"', "", "", []).found({"918273"}) == {"stdout": ["918273"]}

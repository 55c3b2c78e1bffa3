"""Whether the table answers."""

import socket

import boto3
import pytest
from botocore.config import Config
from tests.functions.example import Example, Request
from tests.functions.handlers import Handlers

from teppan.store.table import Table

OPERATION = Example(request=lambda _: Request(), reads={"DatabaseHealth": "status"})


@pytest.fixture
def unreachable() -> Table:
    """A table behind a closed port."""
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    impatient = Config(connect_timeout=0.2, read_timeout=0.2, retries={"total_max_attempts": 1})
    client = boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}", config=impatient)
    return Table(client, "bookings")


def test_a_table_that_answers_is_healthy(call: Handlers) -> None:
    answer = call("getDatabaseHealth", by=None)

    assert (answer.status, answer.body) == (200, {"status": "ok"})


def test_the_database_health_answers_head_without_a_body(call: Handlers) -> None:
    answer = call("headDatabaseHealth", by=None)

    assert (answer.status, answer.body) == (200, None)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("operation", ["getDatabaseHealth", "headDatabaseHealth"])
def test_the_health_of_an_unreachable_table_is_a_503(
    call: Handlers, unreachable: Table, operation: str
) -> None:
    call.table = unreachable

    answer = call(operation, by=None)

    assert answer.status == 503
    assert answer.headers["Retry-After"].isdigit()
    if operation == "getDatabaseHealth":
        assert answer.problem == (503, "storage_unavailable")


def test_the_health_of_a_missing_table_is_a_500(call: Handlers) -> None:
    call.table = Table(boto3.client("dynamodb"), "no-such-table")

    answer = call("getDatabaseHealth", by=None)

    assert answer.status == 500
    assert "no-such-table" not in str(answer.body)

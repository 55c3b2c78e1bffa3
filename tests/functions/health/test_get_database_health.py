"""Whether the table can be read and written."""

import socket
import time
from datetime import datetime, timedelta

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Handlers
from tests.functions.stream import Stream
from tests.store.faults import Faults, refused
from tests.store.meter import Meter

from teppan.store import keys
from teppan.store.health import LIMIT_SECONDS
from teppan.store.table import Table, connect

OPERATION = Example(request=lambda _: Request(), reads={"DatabaseHealth": "status latency_ms"})


def midnight(at: datetime) -> int:
    return int(at.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())


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

    assert answer.status == 200
    assert answer.body["latency_ms"] > 0
    assert answer.body == {"status": "ok", "latency_ms": answer.body["latency_ms"]}


def test_the_table_is_read_and_written(call: Handlers, dynamodb: BaseClient) -> None:
    with Meter(dynamodb) as meter:
        call("getDatabaseHealth", by=None)

    assert meter.calls == ["GetItem", "UpdateItem"]
    assert meter.units == 2


def test_checks_of_a_day_write_one_item_once(
    call: Handlers, dynamodb: BaseClient, table_name: str, snapshot: Snapshot, now: Clock
) -> None:
    stream = Stream(dynamodb, table_name)
    for hours in (0, 1, 2):
        now.set(NOW.replace(hour=0) + timedelta(hours=hours))
        call("getDatabaseHealth", by=None)

    item = call.table.get(keys.health())
    assert item is not None
    assert item["expires_at"] == midnight(NOW) + 2 * 86_400
    assert len(snapshot()) == 1
    records = stream._client.get_records(ShardIterator=stream._iterator)["Records"]
    assert [each["eventName"] for each in records] == ["INSERT"]


def test_a_check_of_yesterday_is_healthy_too(
    call: Handlers, snapshot: Snapshot, now: Clock
) -> None:
    call("getDatabaseHealth", by=None)
    before = snapshot()
    now.set(NOW - timedelta(days=1))

    assert call("getDatabaseHealth", by=None).status == 200

    assert snapshot() == before


@pytest.mark.parametrize("aws_call", ["GetItem", "UpdateItem"])
def test_a_table_that_only_reads_or_only_writes_is_not_healthy(
    call: Handlers, dynamodb: BaseClient, aws_call: str
) -> None:
    with Faults(dynamodb, aws_call, *[refused("ThrottlingException")] * 20):
        answer = call("getDatabaseHealth", by=None)

    assert answer.problem == (503, "storage_unavailable")


@pytest.mark.usefixtures("now")
def test_a_table_that_hangs_is_a_503_within_the_time_limit(
    call: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv(
            "AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{silent.getsockname()[1]}"
        )
        call.table = connect.__wrapped__(LIMIT_SECONDS)
        started_at = time.perf_counter()
        answer = call("getDatabaseHealth", by=None)

    assert answer.problem == (503, "storage_unavailable")
    assert time.perf_counter() - started_at < 2 * LIMIT_SECONDS + 0.5


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

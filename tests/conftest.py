"""What every suite stands on: a function's environment, and DynamoDB Local where asked for."""

import os
import uuid
from collections.abc import Iterator
from datetime import datetime

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config

os.environ.update(
    {
        "ALLOWED_ORIGINS": "https://book.teppan.example,https://admin.teppan.example",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_REGION": "us-west-2",
        "CURSOR_SECRET_ARN": "cursor-secret",
        "POWERTOOLS_METRICS_NAMESPACE": "Teppan",
        "POWERTOOLS_SERVICE_NAME": "teppan",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "SERVICE_VERSION": "test",
        "STAGE": "local",
        "TABLE_NAME": "bookings",
    }
)

from teppan import clock
from teppan.store.table import Table
from tests.builders import NOW


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[BaseClient]:
    """AWS's own engine, empty, and a client of it."""
    from local.dynamodb_local import dynamodb_local  # unit tests need no engine

    with dynamodb_local() as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        yield boto3.client("dynamodb", endpoint_url=url, config=Config(max_pool_connections=64))


@pytest.fixture
def table_name(dynamodb: BaseClient) -> Iterator[str]:
    """A new table as `template.yaml` defines it."""
    from local.dynamodb_local import create_table

    name = create_table(dynamodb, name=f"bookings-{uuid.uuid4()}")
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def table(dynamodb: BaseClient, table_name: str) -> Table:
    """The new table as our store sees it."""
    return Table(dynamodb, table_name)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    """The time of day, held still; `now.set(...)` moves it."""
    held = Clock(NOW)
    monkeypatch.setattr(clock, "utc_now", held.read)
    return held


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def read(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at

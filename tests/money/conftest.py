"""Fixtures of the money tests: all functions on DynamoDB Local and the fake Stripe."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from aws_lambda_powertools.metrics import base as powertools
from botocore.client import BaseClient
from tests.conftest import Clock
from tests.functions.secrets_manager import keep_cursor_secret
from tests.money.support.backend import Backend, open_backend
from tests.money.support.swift import SwiftDynamoDB

from teppan.observability.log import logger
from teppan.observability.metrics import metrics
from teppan.store.table import Table


@pytest.fixture(scope="session", autouse=True)
def cursor_secret() -> None:
    """Store the secret that signs cursors."""
    keep_cursor_secret()


@pytest.fixture
def swift(dynamodb: BaseClient, table_name: str) -> Iterator[Table]:
    """Yield the new table with a fast client."""
    with closing(SwiftDynamoDB(dynamodb.meta.endpoint_url)) as client:
        yield Table(client, table_name)


@pytest.fixture
def backend(dynamodb: BaseClient, swift: Table, now: Clock) -> Iterator[Backend]:
    """Yield all functions on the new table and an empty Stripe; the test sets the time."""
    with open_backend(dynamodb, swift, now) as backend:
        yield backend


@pytest.fixture
def botocore_backend(dynamodb: BaseClient, table: Table, now: Clock) -> Iterator[Backend]:
    """Yield the same backend with botocore's client, for tests of threads and faults."""
    with open_backend(dynamodb, table, now) as backend:
        yield backend


@pytest.fixture(autouse=True)
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Turn off logs and metrics: a walk gives a hundred thousand answers.

    Metrics are collected for each process; in these tests many threads share one process.
    """
    for method in ("add_metric", "add_dimension", "flush_metrics"):
        monkeypatch.setattr(metrics.provider, method, lambda *_, **__: None)
    monkeypatch.setattr(powertools, "print", lambda *_, **__: None, raising=False)
    level = logger.log_level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Make `time.sleep` return at once."""

    def sleep(_seconds: float) -> None:
        return None

    monkeypatch.setattr("time.sleep", sleep)
    return sleep

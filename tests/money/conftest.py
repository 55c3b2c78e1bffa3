"""Money in motion: handlers, jobs and webhook on AWS's own engine and the fake Stripe."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from aws_lambda_powertools.metrics import base as powertools
from botocore.client import BaseClient
from tests.conftest import Clock
from tests.functions.secrets_manager import keep_cursor_secret
from tests.money.support.swift import SwiftDynamoDB
from tests.money.support.world import World, open_world

from teppan.observability.log import logger
from teppan.observability.metrics import metrics
from teppan.store.table import Table


@pytest.fixture(scope="session", autouse=True)
def cursor_secret() -> None:
    """The secret that cursors are signed with."""
    keep_cursor_secret()


@pytest.fixture
def swift(dynamodb: BaseClient, table_name: str) -> Iterator[Table]:
    """The new table through a client that costs next to nothing."""
    with closing(SwiftDynamoDB(dynamodb.meta.endpoint_url)) as client:
        yield Table(client, table_name)


@pytest.fixture
def world(dynamodb: BaseClient, swift: Table, now: Clock) -> Iterator[World]:
    """All functions on the new table and an empty Stripe, at a time that the test sets."""
    with open_world(dynamodb, swift, now) as world:
        yield world


@pytest.fixture
def real_world(dynamodb: BaseClient, table: Table, now: Clock) -> Iterator[World]:
    """The same through AWS's own client: what threads and faults do to it is what counts."""
    with open_world(dynamodb, table, now) as world:
        yield world


@pytest.fixture(autouse=True)
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Log and count nothing: a hundred thousand answers are no news.

    Metrics are collected by process, as Lambda runs it; here many threads are one process.
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
    """Nobody waits between two tries."""

    def sleep(_seconds: float) -> None:
        return None

    monkeypatch.setattr("time.sleep", sleep)
    return sleep

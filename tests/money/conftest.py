"""Money in motion: handlers, jobs and webhook on AWS's own engine and the fake Stripe.

An engine for each module, with one table: what other tests make of an engine stays with it.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import boto3
import pytest
from aws_lambda_powertools.metrics import base as powertools
from botocore.client import BaseClient
from botocore.config import Config
from hypothesis import settings
from local.dynamodb_local import create_table, dynamodb_local
from tests.conftest import Clock
from tests.functions.given import empty
from tests.functions.secrets_manager import keep_cursor_secret
from tests.money.swift import SwiftDynamoDB
from tests.money.world import World, opened_world

from teppan.observability.log import logger
from teppan.observability.metrics import metrics
from teppan.store.table import Table

settings.register_profile("teppan", deadline=None, max_examples=100)
settings.load_profile("teppan")


@pytest.fixture(scope="session", autouse=True)
def cursor_secret() -> None:
    """The secret that cursors are signed with."""
    keep_cursor_secret()


@contextmanager
def new_engine() -> Iterator[BaseClient]:
    """Run an engine that the functions use; give a client of it."""
    with dynamodb_local() as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        yield boto3.client("dynamodb", endpoint_url=url, config=Config(max_pool_connections=64))


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[BaseClient]:
    """An engine for the module, and a client of it."""
    with new_engine() as client:
        yield client


@pytest.fixture(scope="module")
def shared_table(dynamodb: BaseClient) -> str:
    """One table for the module: each that an engine ever had makes it slower for good."""
    return create_table(dynamodb, name=f"bookings-{uuid.uuid4()}")


@pytest.fixture
def table_name(dynamodb: BaseClient, shared_table: str) -> Iterator[str]:
    """The table, empty."""
    yield shared_table
    empty(dynamodb, shared_table)


@pytest.fixture
def swift(dynamodb: BaseClient, table_name: str) -> Iterator[Table]:
    """The new table through a client that costs next to nothing."""
    with closing(SwiftDynamoDB(dynamodb.meta.endpoint_url)) as client:
        yield Table(client, table_name)


@pytest.fixture
def world(dynamodb: BaseClient, swift: Table, now: Clock) -> Iterator[World]:
    """All functions on the new table and an empty Stripe, at a time that the test sets."""
    with opened_world(dynamodb, swift, now) as world:
        yield world


@pytest.fixture
def real_world(dynamodb: BaseClient, table: Table, now: Clock) -> Iterator[World]:
    """The same through AWS's own client: what threads and faults do to it is what counts."""
    with opened_world(dynamodb, table, now) as world:
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

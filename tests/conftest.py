"""Fixtures of all suites: a function's environment, DynamoDB Local, and a fixed clock."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
import hypothesis
import pytest
from botocore.client import BaseClient
from botocore.config import Config

os.environ.update(
    {
        "ADMIN_MFA": "required",
        "ALLOW_CREDENTIALS": "false",
        "ALLOWED_ORIGINS": "https://book.teppan.example,https://admin.teppan.example",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_REGION": "us-west-2",
        "DOCS_ENABLED": "true",
        "CURSOR_SECRET_ARN": "cursor-secret",
        "POWERTOOLS_METRICS_NAMESPACE": "Teppan",
        "POWERTOOLS_SERVICE_NAME": "teppan",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "PSEUDONYM_SECRET_ARN": "pseudonym-secret",
        "SERVICE_VERSION": "test",
        "STAGE": "local",
        "STRIPE_API_BASE": "https://stripe.invalid",
        "STRIPE_API_KEY_ARN": "stripe-api-key",
        "STRIPE_WEBHOOK_SECRET_ARN": "stripe-webhook-secret",
        "TABLE_NAME": "bookings",
        "SECOND_FACTOR_CLIENT_NAME": "teppan-second-factor",
        "USER_POOL_CLIENT_ID": "4f2k8s1v7b3n9c6d5e0g1h2j3m",
        "USER_POOL_CLIENT_SECRET_ARN": "user-pool-client-secret",
        "USER_POOL_ID": "us-west-2_Qm7rT2xKd",
    }
)

from teppan import clock
from teppan.settings import settings
from teppan.store.table import Table
from tests.builders import NOW
from tests.scheduling import OneCloudScheduling
from tests.sizes import examples
from tests.tables import empty_table, warm_up

hypothesis.settings.register_profile("teppan", deadline=None, max_examples=examples(100))
hypothesis.settings.load_profile("teppan")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneCloudScheduling:
    """Share the tests among the workers of `pytest --numprocesses`."""
    return OneCloudScheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have reported with `record_property("reported", …)`."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == "reported":
                terminalreporter.write_line(str(text))


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[BaseClient]:
    """A client of DynamoDB Local, which has no table yet."""
    from local.aws.dynamodb_local import dynamodb_local  # unit tests need no engine

    # Without this setting botocore builds its user agent for each call.
    config = Config(max_pool_connections=64, user_agent="teppan-tests")
    with dynamodb_local() as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        yield boto3.client("dynamodb", endpoint_url=url, config=config)


@pytest.fixture(scope="session")
def shared_table(dynamodb: BaseClient) -> str:
    """The name of the run's one table, as `template.yaml` defines it, in a warmed-up engine."""
    from local.aws.dynamodb_local import create_table

    name = create_table(dynamodb)
    warm_up(dynamodb, name)
    return name


@pytest.fixture
def table_name(dynamodb: BaseClient, shared_table: str) -> Iterator[str]:
    """The name of the table, which is empty at the start of each test."""
    yield shared_table
    empty_table(dynamodb, shared_table)


@pytest.fixture
def table(dynamodb: BaseClient, table_name: str) -> Table:
    """The table as an object of our store."""
    return Table(dynamodb, table_name)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    """A fixed time of day, in place of the clock; `now.set(...)` or a wait moves it."""
    fixed = Clock(NOW)
    monkeypatch.setattr(clock, "utc_now", fixed.read)
    monkeypatch.setattr(clock, "sleep_until", fixed.wait)
    return fixed


class Clock:
    """A clock whose time changes only by `set` and `wait`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def read(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at

    def wait(self, instant: datetime) -> None:
        self.at = max(self.at, instant)


@pytest.fixture
def in_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A function that makes our code run as in another stage: `in_stage("prod")`."""

    def change(stage: str) -> None:
        monkeypatch.setenv("STAGE", stage)
        settings.cache_clear()

    yield change
    settings.cache_clear()

"""Thousands of steps: each test has an engine of its own, for what one has served makes it slow."""

from collections.abc import Iterator

import pytest
from botocore.client import BaseClient
from local.dynamodb_local import create_table
from tests.money.conftest import new_engine


@pytest.fixture
def dynamodb() -> Iterator[BaseClient]:
    """An engine for the test, and a client of it."""
    with new_engine() as client:
        yield client


@pytest.fixture
def table_name(dynamodb: BaseClient) -> str:
    """The engine's only table."""
    return create_table(dynamodb)

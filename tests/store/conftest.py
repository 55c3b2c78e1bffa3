"""Fixtures of the store tests on DynamoDB Local."""

from collections.abc import Callable, Iterator

import pytest
from botocore.client import BaseClient
from tests.store.meter import Meter

from teppan.store.attributes import Item, from_attributes


@pytest.fixture
def meter(dynamodb: BaseClient) -> Iterator[Meter]:
    """Yield a meter of the client's calls during the test."""
    with Meter(dynamodb) as meter:
        yield meter


@pytest.fixture
def everything(dynamodb: BaseClient, table_name: str) -> Callable[[], list[Item]]:
    """Return a function that scans the whole table."""

    def scan() -> list[Item]:
        pages = dynamodb.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
        return [from_attributes(item) for page in pages for item in page["Items"]]

    return scan

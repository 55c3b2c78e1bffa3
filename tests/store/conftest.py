"""The store on AWS's own engine, with a meter on the wire and a way to run many threads at once."""

from collections.abc import Callable, Iterator

import pytest
from botocore.client import BaseClient
from tests.store.meter import Meter

from teppan.store.attributes import Item, from_attributes


@pytest.fixture
def meter(dynamodb: BaseClient) -> Iterator[Meter]:
    """Count what goes over the wire while the test runs."""
    with Meter(dynamodb) as meter:
        yield meter


@pytest.fixture
def everything(dynamodb: BaseClient, table_name: str) -> Callable[[], list[Item]]:
    """Read the whole table, as only a test may."""

    def scan() -> list[Item]:
        pages = dynamodb.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
        return [from_attributes(item) for page in pages for item in page["Items"]]

    return scan

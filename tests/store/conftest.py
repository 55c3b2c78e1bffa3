"""The store on AWS's own engine, with a meter on the wire and a way to run many threads at once."""

from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from local.dynamodb_local import dynamodb_local
from tests.store.meter import Meter

from teppan.store.attributes import Item, from_attributes


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[BaseClient]:
    """An engine for each module: one that has served a whole run is ten times slower."""
    with dynamodb_local() as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        yield boto3.client("dynamodb", endpoint_url=url, config=Config(max_pool_connections=64))


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

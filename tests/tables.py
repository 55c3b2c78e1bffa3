"""The one table of a run: each table with a stream slows DynamoDB Local down, even once deleted."""

from contextlib import closing
from itertools import batched
from typing import Any

from botocore.client import BaseClient

from tests.money.support.swift import SwiftDynamoDB


def items_of(dynamodb: BaseClient, table_name: str) -> list[dict[str, Any]]:
    """Return every item of the table, in the form of DynamoDB's JSON."""
    with closing(SwiftDynamoDB(dynamodb.meta.endpoint_url)) as client:
        return _scan(client, TableName=table_name)


def empty_table(dynamodb: BaseClient, table_name: str) -> None:
    """Delete every item of the table, with a fast client, because this runs after every test."""
    with closing(SwiftDynamoDB(dynamodb.meta.endpoint_url)) as client:
        for keys in batched(
            _scan(client, TableName=table_name, ProjectionExpression="pk, sk"), 25, strict=False
        ):
            deletes = [{"DeleteRequest": {"Key": key}} for key in keys]
            client.batch_write_item(RequestItems={table_name: deletes})


def warm_up(dynamodb: BaseClient, table_name: str) -> None:
    """Make each kind of call of the store once, because the engine's first answers take seconds.

    A function's client has a shorter timeout, so the first test of a run would fail on a busy
    machine.
    """
    key = {"pk": {"S": "WARM"}, "sk": {"S": "UP"}}
    with closing(SwiftDynamoDB(dynamodb.meta.endpoint_url)) as client:
        put = {"Put": {"TableName": table_name, "Item": key}}
        client.transact_write_items(TransactItems=[put])
        client.update_item(
            TableName=table_name,
            Key=key,
            UpdateExpression="SET calls = :one",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        client.get_item(TableName=table_name, Key=key)
        client.batch_get_item(RequestItems={table_name: {"Keys": [key]}})
        client.query(
            TableName=table_name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": key["pk"]},
        )
    empty_table(dynamodb, table_name)


def _scan(client: SwiftDynamoDB, **request: Any) -> list[dict[str, Any]]:
    page = client.scan(**request, ConsistentRead=True)
    items: list[dict[str, Any]] = page["Items"]
    while "LastEvaluatedKey" in page:
        start = page["LastEvaluatedKey"]
        page = client.scan(**request, ConsistentRead=True, ExclusiveStartKey=start)
        items += page["Items"]
    return items

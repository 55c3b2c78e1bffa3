"""The DynamoDB table: reads, writes and transactions, with one client a process."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.client import BaseClient

from teppan.aws import client
from teppan.domain.errors import StorageUnavailable
from teppan.settings import required
from teppan.store.attributes import Item, Key, from_attributes, to_attribute, to_attributes
from teppan.store.failures import outages_translated, retry_contention


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item if `condition` holds."""

    item: Item
    condition: str
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change an item, or create it, if `condition` holds."""

    key: Key
    expression: str
    condition: str | None
    values: Mapping[str, Any]
    names: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing; the transaction's other writes are made only if `condition` holds."""

    key: Key
    condition: str
    values: Mapping[str, Any]
    names: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The items of one Query, and the key at which it stopped (None: at the end)."""

    items: list[Item]
    stopped_at: Item | None


class Table:
    """The table. Each method is one round trip, except for retries."""

    def __init__(self, dynamodb: BaseClient, name: str) -> None:
        """Use table `name` with the client `dynamodb`."""
        self._client = dynamodb
        self.name = name

    def get(self, key: Key) -> Item | None:
        """Return the item at `key` or None, strongly consistent."""
        with outages_translated():
            answer = self._client.get_item(TableName=self.name, Key=_key(key), ConsistentRead=True)
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def get_all(self, *keys: Key) -> dict[Key, Item]:
        """Return the existing items at `keys` by key, strongly consistent."""
        request = {"Keys": [_key(key) for key in keys], "ConsistentRead": True}
        with outages_translated():
            answer = self._client.batch_get_item(RequestItems={self.name: request})
        if answer["UnprocessedKeys"]:
            raise StorageUnavailable
        items = [from_attributes(each) for each in answer["Responses"][self.name]]
        return {(item["pk"], item["sk"]): item for item in items}

    def query(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        index: str | None = None,
        filter_by: str | None = None,
        names: Mapping[str, str] | None = None,
        forward: bool = True,
        limit: int | None = None,
        after: Mapping[str, str] | None = None,
    ) -> Page:
        """Return one page of a Query, starting behind the item with the key `after`."""
        optional = {
            "IndexName": index,
            "FilterExpression": filter_by,
            "ExpressionAttributeNames": names,
            "Limit": limit,
            "ExclusiveStartKey": to_attributes(after) if after else None,
            "ConsistentRead": None if index else True,
        }
        with outages_translated():
            answer = self._client.query(
                TableName=self.name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=_values(values),
                ScanIndexForward=forward,
                **{name: value for name, value in optional.items() if value is not None},
            )
        stopped_at = answer.get("LastEvaluatedKey")
        return Page(
            [from_attributes(each) for each in answer["Items"]],
            from_attributes(stopped_at) if stopped_at else None,
        )

    def query_all(
        self, condition: str, values: Mapping[str, Any], *, index: str | None = None
    ) -> Iterator[Item]:
        """Yield all items of a Query, page by page."""
        page = self.query(condition, values, index=index)
        yield from page.items
        while page.stopped_at:
            page = self.query(condition, values, index=index, after=page.stopped_at)
            yield from page.items

    def update(self, write: Update) -> Item:
        """Make one `Update` and return the item after it; raises what `write` raises."""
        operation = self._operation(write)["Update"] | {"ReturnValues": "ALL_NEW"}
        answer = retry_contention(lambda: self._client.update_item(**operation))
        return from_attributes(answer["Attributes"])

    def write(self, *writes: Put | Update | Check) -> None:
        """Make all `writes` in one transaction, or none.

        A retry after a lost answer is the same transaction, so it has no second effect. Raises
        `ConditionFailed`, and `StorageUnavailable` if contention does not end.
        """
        token = str(uuid.uuid4())
        operations = [self._operation(write) for write in writes]
        retry_contention(
            lambda: self._client.transact_write_items(
                TransactItems=operations, ClientRequestToken=token
            )
        )

    def _operation(self, write: Put | Update | Check) -> dict[str, dict[str, Any]]:
        operation: dict[str, Any] = {
            "TableName": self.name,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if write.condition:
            operation["ConditionExpression"] = write.condition
        if write.values:
            operation["ExpressionAttributeValues"] = _values(write.values)
        match write:
            case Put(item=item):
                return {"Put": operation | {"Item": to_attributes(item)}}
            case Check(key=key, names=names):
                operation |= {"ExpressionAttributeNames": names} if names else {}
                return {"ConditionCheck": operation | {"Key": _key(key)}}
            case Update(key=key, expression=expression, names=names):
                operation |= {"ExpressionAttributeNames": names} if names else {}
                return {"Update": operation | {"Key": _key(key), "UpdateExpression": expression}}


@cache
def connect(limit_seconds: float | None = None) -> Table:
    """Return the table with the name `TABLE_NAME`; one client serves the whole process.

    With `limit_seconds` a call is tried once, and waits at most so long for each answer.
    """
    return Table(client("dynamodb", limit_seconds), required("TABLE_NAME"))


def _key(key: Key) -> dict[str, dict[str, Any]]:
    pk, sk = key
    return to_attributes({"pk": pk, "sk": sk})


def _values(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {f":{name}": to_attribute(value) for name, value in values.items()}

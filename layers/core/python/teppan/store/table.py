"""The DynamoDB table: one client a process, and its failures as our own errors."""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from teppan.aws import UNREACHABLE, client
from teppan.domain.errors import StorageUnavailable
from teppan.settings import required
from teppan.store.attributes import Item, Key, from_attributes, to_attribute, to_attributes

_ATTEMPTS = 8
_FIRST_PAUSE = 0.025
_LONGEST_PAUSE = 0.4
_BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)
_CONTENTION = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


REJECTED: Final = "ValidationException"
"""DynamoDB's error code for a request that it takes for wrong, such as an item too large."""


class ConditionFailed(Exception):
    """One or more writes were refused by their condition, so nothing was written.

    `refused` maps the position of each refused write to the item that it met (None: no item).
    """

    def __init__(self, refused: Mapping[int, Item | None]) -> None:
        """Keep what was refused, by position."""
        super().__init__(f"the conditions of writes {sorted(refused)} failed")
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item if `condition` holds."""

    item: Item
    condition: str
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change an item (made when it is not there) if `condition` holds."""

    key: Key
    expression: str
    condition: str | None
    values: Mapping[str, Any]
    names: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing, and let the other writes pass only if `condition` holds."""

    key: Key
    condition: str
    values: Mapping[str, Any]
    names: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The items of one Query and, when it stopped before the end, the key that it stopped at."""

    items: list[Item]
    stopped_at: Item | None


class Table:
    """The one table; every method is one round trip (but for retries of contention)."""

    def __init__(self, dynamodb: BaseClient, name: str) -> None:
        """Use table `name` through the client `dynamodb`."""
        self._client = dynamodb
        self._name = name

    def get(self, key: Key) -> Item | None:
        """Return the item at `key`, strongly consistent, or None."""
        with _failures():
            answer = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return from_attributes(answer["Item"]) if "Item" in answer else None

    def get_all(self, *keys: Key) -> dict[Key, Item]:
        """Return the items that there are at `keys`, strongly consistent, by key."""
        wanted = {"Keys": [_key(key) for key in keys], "ConsistentRead": True}
        with _failures():
            answer = self._client.batch_get_item(RequestItems={self._name: wanted})
        if answer["UnprocessedKeys"]:
            raise StorageUnavailable
        items = [from_attributes(each) for each in answer["Responses"][self._name]]
        return {(item["pk"], item["sk"]): item for item in items}

    def ping(self) -> None:
        """Return when the table answers; raises `StorageUnavailable`."""
        self.get(("HEALTH", "HEALTH"))

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
        """Return one page of a Query; `after` is the key of the item to start behind."""
        optional = {
            "IndexName": index,
            "FilterExpression": filter_by,
            "ExpressionAttributeNames": names,
            "Limit": limit,
            "ExclusiveStartKey": to_attributes(after) if after else None,
            "ConsistentRead": None if index else True,
        }
        with _failures():
            answer = self._client.query(
                TableName=self._name,
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
        """Carry out one `Update` and return the item after it; raises as `write` does."""
        operation = self._operation(write)["Update"] | {"ReturnValues": "ALL_NEW"}
        answer = _persist(lambda: self._client.update_item(**operation))
        return from_attributes(answer["Attributes"])

    def write(self, *writes: Put | Update | Check) -> None:
        """Carry out all `writes` or none; a lost answer does not make a second effect.

        Raises `ConditionFailed`, and `StorageUnavailable` when others keep being faster.
        """
        token = str(uuid.uuid4())
        operations = [self._operation(write) for write in writes]
        _persist(
            lambda: self._client.transact_write_items(
                TransactItems=operations, ClientRequestToken=token
            )
        )

    def _operation(self, write: Put | Update | Check) -> dict[str, dict[str, Any]]:
        operation: dict[str, Any] = {
            "TableName": self._name,
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


def is_rejected(error: BaseException) -> bool:
    """Whether DynamoDB has taken a request for wrong, which it will again."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == REJECTED


@cache
def connect() -> Table:
    """Return the table that `TABLE_NAME` names, through one client for the whole process."""
    return Table(client("dynamodb"), required("TABLE_NAME"))


def _persist(attempt: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Attempt until contention lets it through, with exponential pauses and full jitter."""
    for n in range(_ATTEMPTS):
        try:
            with _failures():
                return attempt()
        except ClientError as error:
            _check_contention(error)
        time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**n)))
    raise StorageUnavailable


def _check_contention(error: ClientError) -> None:
    """Return when a refused write is worth another attempt; raise what it means if not."""
    match error.response["Error"]["Code"]:
        case "TransactionConflictException" | "TransactionInProgressException":
            return
        case "ConditionalCheckFailedException":
            raise ConditionFailed({0: _met(error.response)}) from error
        case "TransactionCanceledException":
            reasons = error.response["CancellationReasons"]
        case _:
            raise error
    refused = {
        position: _met(reason)
        for position, reason in enumerate(reasons)
        if reason["Code"] == "ConditionalCheckFailed"
    }
    if refused:
        raise ConditionFailed(refused) from error
    if not any(reason["Code"] in _CONTENTION for reason in reasons):
        raise error


def _met(answer: Mapping[str, Any]) -> Item | None:
    return from_attributes(answer["Item"]) if "Item" in answer else None


def _key(key: Key) -> dict[str, dict[str, Any]]:
    pk, sk = key
    return to_attributes({"pk": pk, "sk": sk})


def _values(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {f":{name}": to_attribute(value) for name, value in values.items()}


@contextmanager
def _failures() -> Iterator[None]:
    """Turn an outage or a throttle (after botocore's own retries) into `StorageUnavailable`."""
    try:
        yield
    except UNREACHABLE as error:
        raise StorageUnavailable from error
    except ClientError as error:
        if error.response["Error"]["Code"] in _BUSY:
            raise StorageUnavailable from error
        raise

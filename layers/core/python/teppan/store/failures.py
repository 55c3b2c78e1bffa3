"""Failures of DynamoDB as our own errors, and retries of contention."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import ClientError

from teppan.aws import UNREACHABLE
from teppan.domain.errors import StorageUnavailable
from teppan.store.attributes import Item, from_attributes

REJECTED: Final = "ValidationException"
"""DynamoDB's error code for an invalid request, such as an item that is too large."""

_MAX_RETRIES: Final = 8
_FIRST_PAUSE: Final = 0.025
_LONGEST_PAUSE: Final = 0.4
_BUSY: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)
_CONTENTION: Final = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
)


class ConditionFailed(Exception):
    """The conditions of one or more writes failed, so nothing was written.

    `refused` maps the position of each refused write to the stored item (None: no item).
    """

    def __init__(self, refused: Mapping[int, Item | None]) -> None:
        """Keep the stored items by position."""
        super().__init__(f"the conditions of writes {sorted(refused)} failed")
        self.refused = refused


def is_rejected(error: BaseException) -> bool:
    """Return whether DynamoDB refused the request as invalid, so that a retry would fail too."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] == REJECTED


@contextmanager
def outages_translated() -> Iterator[None]:
    """Raise `StorageUnavailable` for an outage, and for a throttle after botocore's retries."""
    try:
        yield
    except UNREACHABLE as error:
        raise StorageUnavailable from error
    except ClientError as error:
        if error.response["Error"]["Code"] in _BUSY:
            raise StorageUnavailable from error
        raise


def retry_contention(write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Call `write` until contention lets it through, with exponential pauses and full jitter.

    Raises `ConditionFailed`, and `StorageUnavailable` if contention does not end.
    """
    for n in range(_MAX_RETRIES):
        try:
            with outages_translated():
                return write()
        except ClientError as error:
            _check_contention(error)
        time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**n)))
    raise StorageUnavailable


def _check_contention(error: ClientError) -> None:
    """Return if the write is worth a retry; raise `ConditionFailed` or the error otherwise."""
    match error.response["Error"]["Code"]:
        case "TransactionConflictException" | "TransactionInProgressException":
            return
        case "ConditionalCheckFailedException":
            raise ConditionFailed({0: _stored_item(error.response)}) from error
        case "TransactionCanceledException":
            reasons = error.response["CancellationReasons"]
        case _:
            raise error
    refused = {
        position: _stored_item(reason)
        for position, reason in enumerate(reasons)
        if reason["Code"] == "ConditionalCheckFailed"
    }
    if refused:
        raise ConditionFailed(refused) from error
    if not any(reason["Code"] in _CONTENTION for reason in reasons):
        raise error


def _stored_item(answer: Mapping[str, Any]) -> Item | None:
    return from_attributes(answer["Item"]) if "Item" in answer else None

"""Failures of DynamoDB as our own errors; `tests/store/test_faults.py` tests the retries."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from teppan.domain.errors import StorageUnavailable
from teppan.store.failures import (
    REJECTED,
    ConditionFailed,
    is_rejected,
    outages_translated,
    retry_contention,
)


def error_of(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "UpdateItem")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (error_of(REJECTED), True),
        (error_of("AccessDeniedException"), False),
        (ValueError(REJECTED), False),
    ],
    ids=["invalid request", "another error of DynamoDB", "another exception"],
)
def test_only_an_invalid_request_counts_as_rejected(error: Exception, expected: bool) -> None:
    assert is_rejected(error) is expected


@pytest.mark.parametrize(
    "error",
    [
        error_of("ThrottlingException"),
        error_of("InternalServerError"),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
    ],
    ids=["throttled", "server error", "no connection", "no answer"],
)
def test_an_outage_becomes_storage_unavailable(error: Exception) -> None:
    with pytest.raises(StorageUnavailable), outages_translated():
        raise error


def test_an_error_that_is_no_outage_is_raised_as_it_is() -> None:
    error = error_of("AccessDeniedException")

    with pytest.raises(ClientError) as raised, outages_translated():
        raise error

    assert raised.value is error


def test_a_refused_condition_carries_the_stored_item() -> None:
    error = error_of("ConditionalCheckFailedException")
    error.response["Item"] = {"version": {"N": "3"}}

    def write() -> dict[str, object]:
        raise error

    with pytest.raises(ConditionFailed) as refused:
        retry_contention(write)

    assert refused.value.refused == {0: {"version": 3}}

"""Metrics leave as one line of CloudWatch's embedded metric format."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from teppan.observability.metrics import count, metrics, record_request


@pytest.fixture(autouse=True)
def flushed() -> Iterator[None]:
    """Leave nothing behind for the next test."""
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()


def line() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(metrics.serialize_metric_set()))
    return found


@pytest.mark.parametrize(
    ("status", "client_errors", "server_errors"),
    [(200, 0, 0), (201, 0, 0), (399, 0, 0), (400, 1, 0), (499, 1, 0), (500, 0, 1), (503, 0, 1)],
)
def test_a_request_counts_by_its_operation_and_kind(
    status: int, client_errors: int, server_errors: int
) -> None:
    record_request("getBooking", status, 12.5)

    found = line()
    assert (found["operation"], found["service"]) == ("getBooking", "teppan")
    assert (found["Requests"], found["Duration"]) == ([1], [12.5])
    assert (found["ClientErrors"], found["ServerErrors"]) == ([client_errors], [server_errors])


def test_cloudwatch_finds_them_under_our_namespace_by_service_and_operation() -> None:
    record_request("getBooking", 200, 12.5)

    (declared,) = line()["_aws"]["CloudWatchMetrics"]
    assert declared["Namespace"] == "Teppan"
    assert {frozenset(each) for each in declared["Dimensions"]} == {
        frozenset({"service", "operation"})
    }
    assert {each["Name"]: each["Unit"] for each in declared["Metrics"]} == {
        "Requests": "Count",
        "ClientErrors": "Count",
        "ServerErrors": "Count",
        "Duration": "Milliseconds",
    }


def test_a_business_fact_counts_beside_the_request_that_brought_it() -> None:
    count("BookingsCreated")
    record_request("createBooking", 201, 12.5)

    assert line()["BookingsCreated"] == [1]

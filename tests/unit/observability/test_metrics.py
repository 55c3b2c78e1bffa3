"""Metrics as lines of CloudWatch's embedded metric format."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from teppan.observability.metrics import (
    count,
    emit_alarm_metric,
    metrics,
    record_request,
    record_run,
)


@pytest.fixture(autouse=True)
def empty_metrics() -> Iterator[None]:
    """Leave no metrics for the next test."""
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
def test_a_request_is_counted_by_operation_and_kind_of_error(
    status: int, client_errors: int, server_errors: int
) -> None:
    record_request("getBooking", status, 12.5)

    found = line()
    assert (found["operation"], found["service"]) == ("getBooking", "teppan")
    assert (found["Requests"], found["Duration"]) == ([1], [12.5])
    assert (found["ClientErrors"], found["ServerErrors"]) == ([client_errors], [server_errors])


def test_request_metrics_have_namespace_dimensions_and_units() -> None:
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


@pytest.mark.parametrize(("failed", "failures"), [(False, 0), (True, 1)])
def test_a_run_of_a_job_is_counted_by_its_name(failed: bool, failures: int) -> None:
    record_run("followUpPayments", 12.5, failed=failed)

    found = line()
    (declared,) = found["_aws"]["CloudWatchMetrics"]
    assert declared["Namespace"] == "Teppan"
    assert {frozenset(each) for each in declared["Dimensions"]} == {
        frozenset({"service", "operation"})
    }
    assert (found["operation"], found["service"]) == ("followUpPayments", "teppan")
    assert (found["Runs"], found["Failures"], found["Duration"]) == ([1], [failures], [12.5])


def test_an_alarm_metric_is_a_line_of_its_own_without_operation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record_request("stripeWebhook", 200, 12.5)

    emit_alarm_metric("LedgerDifference", 42)

    (text,) = capsys.readouterr().out.splitlines()
    found = json.loads(text)
    (declared,) = found["_aws"]["CloudWatchMetrics"]
    assert declared == {
        "Namespace": "Teppan",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "LedgerDifference", "Unit": "Count"}],
    }
    assert {name: value for name, value in found.items() if name != "_aws"} == {
        "service": "teppan",
        "LedgerDifference": [42],
    }


def test_an_alarm_metric_does_not_change_the_metrics_of_the_operation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record_request("stripeWebhook", 200, 12.5)

    emit_alarm_metric("RefundsFailed", 1)

    assert "Requests" not in capsys.readouterr().out
    assert "RefundsFailed" not in line()
    assert line()["Requests"] == [1]


@pytest.mark.parametrize("value", [0, 3])
def test_an_alarm_metric_of_0_is_emitted(value: int, capsys: pytest.CaptureFixture[str]) -> None:
    emit_alarm_metric("LedgerDifference", value)

    assert json.loads(capsys.readouterr().out)["LedgerDifference"] == [value]


def test_a_business_fact_may_be_counted_several_times_or_as_0() -> None:
    count("BookingsReleased", 3)
    count("BookingsReleased", 0)
    record_run("releaseUnpaidBookings", 12.5, failed=False)

    assert line()["BookingsReleased"] == [3, 0]


def test_a_business_fact_is_counted_with_its_request() -> None:
    count("BookingsCreated")
    record_request("createBooking", 201, 12.5)

    assert line()["BookingsCreated"] == [1]

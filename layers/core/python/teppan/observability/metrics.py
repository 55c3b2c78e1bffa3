"""Metrics, written as log lines that CloudWatch turns into numbers (EMF)."""

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

metrics = Metrics()


def record_request(operation: str, status: int, milliseconds: float) -> None:
    """Count one answered request of `operation` and its duration."""
    metrics.add_dimension("operation", operation)
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    metrics.add_metric("ClientErrors", MetricUnit.Count, int(400 <= status < 500))
    metrics.add_metric("ServerErrors", MetricUnit.Count, int(status >= 500))
    metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)


def count(name: str) -> None:
    """Count one business fact, such as `BookingsCreated`."""
    metrics.add_metric(name, MetricUnit.Count, 1)

"""Metrics, written as log lines in CloudWatch's embedded metric format (EMF)."""

from aws_lambda_powertools import Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

metrics = Metrics()


def record_request(operation: str, status: int, milliseconds: float) -> None:
    """Count one answered request of `operation` and its duration."""
    metrics.add_dimension("operation", operation)
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    metrics.add_metric("ClientErrors", MetricUnit.Count, int(400 <= status < 500))
    metrics.add_metric("ServerErrors", MetricUnit.Count, int(status >= 500))
    metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)


def record_run(job: str, milliseconds: float, *, failed: bool) -> None:
    """Count one run of a job or trigger and its duration."""
    metrics.add_dimension("operation", job)
    metrics.add_metric("Runs", MetricUnit.Count, 1)
    metrics.add_metric("Failures", MetricUnit.Count, int(failed))
    metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)


def count(name: str, times: int = 1) -> None:
    """Count a business fact, such as `BookingsCreated`."""
    metrics.add_metric(name, MetricUnit.Count, times)


def emit_alarm_metric(name: str, value: int) -> None:
    """Emit a metric that an alarm watches.

    It has no dimension `operation`, so the alarm sees it whichever function emits it.
    """
    with single_metric(name=name, unit=MetricUnit.Count, value=value):
        # The end of the block writes it, with the dimension `service` from the environment.
        pass

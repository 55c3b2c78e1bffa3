"""The decorators of functions that AWS services call: triggers and jobs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from teppan import clock
from teppan.batch import BatchResult
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import NotConfigured
from teppan.observability.log import error_fields, logger
from teppan.observability.metrics import count, metrics, record_run

type Event = dict[str, Any]
type TriggerFunction = Callable[[Event], Event]
type Author = Callable[[], Caller]
"""Returns the caller that a job acts as, at the present instant; called once for each item."""
type TimeLeft = Callable[[], timedelta]
"""Returns the time until Lambda stops the function."""
type JobFunction = Callable[[Event, Author, TimeLeft], Event | None]
type EventHandler = Callable[[Event, Any], Event | None]


class TriggerFailedError(Exception):
    """A trigger has failed; the log has the cause. Carries no detail: AWS may print the message."""


class PartlyFailedError(Exception):
    """Some items of a job have failed; each has a line in the log."""


@dataclass(frozen=True, slots=True)
class trigger:  # noqa: N801 - it reads as the decorator that it is
    """Turns a handler of events into a Lambda handler that fails if the handler fails."""

    name: str

    def __call__(self, handle: TriggerFunction) -> EventHandler:
        """Return the Lambda handler around `handle`; it raises `TriggerFailedError`."""
        return _observed(self.name, lambda event, _context: handle(event))


@dataclass(frozen=True, slots=True)
class job:  # noqa: N801 - it reads as the decorator that it is
    """Turns a job into a Lambda handler. The job acts as the system; its request id is Lambda's.

    A run that needs a service which is not set up on its stage is logged and counted, but does not
    fail: such a stage has no data there (payments before a Stripe key is stored).
    """

    name: str

    def __call__(self, run: JobFunction) -> EventHandler:
        """Return the Lambda handler around `run`; it raises `TriggerFailedError`."""

        def handle(event: Event, context: Any) -> Event | None:
            try:
                return run(
                    event,
                    lambda: Caller(self.name, Role.SYSTEM, context.aws_request_id, clock.utc_now()),
                    lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()),
                )
            except NotConfigured as error:
                logger.warning("%s are not configured", error.subject)
                count(type(error).__name__)
                return None

        return _observed(self.name, handle)


def raise_if_any_failed(*outcomes: BatchResult[Any, Any]) -> None:
    """Raise `PartlyFailedError` if anything failed, so that the job's alarm is raised.

    Raises `NotConfigured` if only this stopped an outcome.
    """
    if failures := sum(each.failures for each in outcomes):
        raise PartlyFailedError(f"{failures} failed")
    for each in outcomes:
        if each.stopped_by:
            raise each.stopped_by


def _observed(name: str, handle: EventHandler) -> EventHandler:
    def handler(event: Event, context: Any) -> Event | None:
        began = time.perf_counter()
        logger.append_keys(operation=name)
        answer, failure = None, None
        try:
            answer = handle(event, context)
        except Exception as error:  # noqa: BLE001 - logged below; the caller gets a generic error
            failure = error
        milliseconds = (time.perf_counter() - began) * 1000
        record_run(name, milliseconds, failed=failure is not None)
        if failure is not None:
            logger.error("failed", **error_fields(failure))
            raise TriggerFailedError(name) from None
        logger.info("answered", duration_ms=round(milliseconds, 1))
        return answer

    observed: EventHandler = metrics.log_metrics(handler)
    return logger.inject_lambda_context(observed, clear_state=True, log_event=False)

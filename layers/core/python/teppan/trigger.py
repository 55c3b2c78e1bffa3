"""The decorators of functions that another AWS service calls, not a person over HTTP."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from teppan import clock
from teppan.batch import BatchResult
from teppan.domain.caller import Caller, Role
from teppan.domain.payments.errors import PaymentsNotConfigured
from teppan.observability.log import failure_of, logger
from teppan.observability.metrics import count, metrics, record_run

type Event = dict[str, Any]
type Handle = Callable[[Event], Event]
type Author = Callable[[], Caller]
"""Who acts in a job, at the present instant: each item that a job works on has its own."""
type TimeLeft = Callable[[], timedelta]
"""Until Lambda stops the function."""
type Run = Callable[[Event, Author, TimeLeft], Event | None]
type LambdaHandler = Callable[[Event, Any], Event | None]


class TriggerFailedError(Exception):
    """A trigger has failed; the log says why. Carries no detail: AWS may print the message."""


class PartlyFailedError(Exception):
    """Some of what a job had to do has failed; each has its line in the log."""


@dataclass(frozen=True, slots=True)
class trigger:  # noqa: N801 - it reads as the decorator that it is
    """Turns a handler of events into a Lambda handler; a failure is the caller's to know."""

    name: str

    def __call__(self, handle: Handle) -> LambdaHandler:
        """Return the Lambda handler around `handle`; it raises `TriggerFailedError`."""
        return _observed(self.name, lambda event, _context: handle(event))


@dataclass(frozen=True, slots=True)
class job:  # noqa: N801 - it reads as the decorator that it is
    """Turns a job into a Lambda handler: it acts as the system, under the id of its invocation.

    A run that stops because no key of Stripe's is stored yet is logged and counted, and no failure:
    before a stage has its key there is nothing at Stripe that it could miss.
    """

    name: str

    def __call__(self, run: Run) -> LambdaHandler:
        """Return the Lambda handler around `run`; it raises `TriggerFailedError`."""

        def handle(event: Event, context: Any) -> Event | None:
            try:
                return run(
                    event,
                    lambda: Caller(self.name, Role.SYSTEM, context.aws_request_id, clock.utc_now()),
                    lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()),
                )
            except PaymentsNotConfigured:
                logger.warning("payments are not configured")
                count("PaymentsNotConfigured")
                return None

        return _observed(self.name, handle)


def raise_if_any_failed(*outcomes: BatchResult[Any, Any]) -> None:
    """Raise `PartlyFailedError` when anything has failed: the job is not done, an alarm says so.

    Raises `PaymentsNotConfigured` when that alone has stopped one.
    """
    if failures := sum(each.failures for each in outcomes):
        raise PartlyFailedError(f"{failures} failed")
    for each in outcomes:
        if each.stopped_by:
            raise each.stopped_by


def _observed(name: str, handle: LambdaHandler) -> LambdaHandler:
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
            logger.error("failed", **failure_of(failure))
            raise TriggerFailedError(name) from None
        logger.info("answered", duration_ms=round(milliseconds, 1))
        return answer

    observed: LambdaHandler = metrics.log_metrics(handler)
    return logger.inject_lambda_context(observed, clear_state=True, log_event=False)

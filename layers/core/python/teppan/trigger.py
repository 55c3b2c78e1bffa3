"""The decorator of functions that another AWS service calls, not a person over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from teppan.observability.log import failure_of, logger

type Event = dict[str, Any]
type Handle = Callable[[Event], Event]


class TriggerFailedError(Exception):
    """A trigger has failed; the log says why. It tells nothing, for its caller may print it."""


@dataclass(frozen=True, slots=True)
class trigger:  # noqa: N801 - it reads as the decorator that it is
    """Turns a handler of events into a Lambda handler; a failure is the caller's to know."""

    name: str

    def __call__(self, handle: Handle) -> Callable[[Event, Any], Event]:
        """Return the Lambda handler around `handle`; it raises `TriggerFailedError`."""

        def handler(event: Event, _context: Any) -> Event:
            logger.append_keys(operation=self.name)
            try:
                answer = handle(event)
            except Exception as error:  # noqa: BLE001 - recorded, told blankly
                logger.error("failed", **failure_of(error))
                raise TriggerFailedError(self.name) from None
            logger.info("answered")
            return answer

        return logger.inject_lambda_context(handler, clear_state=True, log_event=False)

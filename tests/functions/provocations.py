"""Provocations: functions that make an operation answer a certain problem.

Each one takes a good request of the operation and sends it with a change.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from tests.builders import ADMIN
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.cognito import stubbed
from tests.functions.given import stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.requests import Keywords, good_request
from tests.store.faults import Fault

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import StorageUnavailable
from teppan.store.table import Table


@dataclass
class Scene:
    """The functions that a provocation calls, and the clock that they read."""

    call: Handlers
    now: Clock

    @property
    def table(self) -> Table:
        return self.call.table

    def request(self, operation: str, booking: Booking | None = None) -> Keywords:
        """Return a good request, for `booking` if it is passed; create what it needs."""
        return good_request(operation, self.call, booking)

    def send(self, operation: str, request: Keywords) -> Answer:
        return self.call(operation, **request)

    def ask(self, operation: str, booking: Booking | None = None, **changes: Any) -> Answer:
        """Send a good request for `booking`, with `changes`."""
        return self.send(operation, self.request(operation, booking) | changes)

    def change(self, **changes: Any) -> Answer:
        """Send an admin's change to a new booking."""
        return self.ask("updateBooking", body=changes, by=ADMIN)


type Provocation = Callable[[Scene, str], Answer]

FIVE_MINUTES: Final = timedelta(minutes=5)


def body(**changes: Any) -> Provocation:
    """Change members of the body of the good request."""

    def provoke(scene: Scene, operation: str) -> Answer:
        usual = scene.request(operation, stored_booking(scene.table))
        return scene.send(operation, usual | {"body": usual["body"] | changes})

    return provoke


def request(**changes: Any) -> Provocation:
    """Change arguments of the good request."""
    return lambda scene, operation: scene.ask(operation, **changes)


def field(**changes: Any) -> Provocation:
    """Change fields of the good request, in the path or the body as the contract declares them."""

    def provoke(scene: Scene, operation: str) -> Answer:
        in_path = {*contract.parameters(operation, "path")}
        if changes.keys() <= in_path:
            return request(**changes)(scene, operation)
        return body(**changes)(scene, operation)

    return provoke


def in_status(status: Status) -> Provocation:
    """Send the request for a booking in that status."""
    return lambda scene, operation: scene.ask(operation, stored_booking(scene.table, status=status))


def with_time_left(before_start: timedelta, **changes: Any) -> Provocation:
    """Send the request when only this much time is left before the start."""

    def provoke(scene: Scene, operation: str) -> Answer:
        booking = stored_booking(scene.table)
        scene.now.set(booking.slot.starts_at - before_start)
        return scene.ask(operation, booking, **changes)

    return provoke


def reused_key(**changes: Any) -> Provocation:
    """Send a request twice under one key, the second time with another body."""

    def provoke(scene: Scene, operation: str) -> Answer:
        usual = scene.request(operation, stored_booking(scene.table, captured=5_000))
        idempotent = usual | {"headers": {"Idempotency-Key": "k"}}
        scene.send(operation, idempotent)
        return scene.send(operation, idempotent | {"body": usual["body"] | changes})

    return provoke


def with_table_unreachable(**changes: Any) -> Provocation:
    """Let every call of the table fail as unavailable."""

    def provoke(scene: Scene, operation: str) -> Answer:
        usual = scene.request(operation)
        with _no_answers():
            return scene.send(operation, usual | changes)

    return provoke


def at_cognito(fault: Fault) -> Provocation:
    """Let the next call of Cognito fail with `fault`, which the emulator never does."""

    def provoke(scene: Scene, operation: str) -> Answer:
        usual = scene.request(operation)
        with stubbed("*", fault):
            return scene.send(operation, usual)

    return provoke


@contextmanager
def _no_answers() -> Iterator[None]:
    with ExitStack() as patches:
        for method in ("get", "get_all", "query", "write", "update"):
            patches.enter_context(patch.object(Table, method, side_effect=StorageUnavailable))
        yield

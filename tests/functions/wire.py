"""Records the calls of a function to AWS, and lets one of them fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from tests.store.faults import Fault


class Wire:
    """Lists the calls of clients, in order; call number `failing` (from 0) fails with `fault`."""

    def __init__(self, failing: int | None = None, fault: Fault | None = None) -> None:
        self.calls: list[str] = []
        self._failing = failing
        self._fault = fault

    def count(self, event_name: str, **_: Any) -> None:
        """Record a call, once for all its retries."""
        self.calls.append(event_name.rpartition(".")[-1])

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        """Let the present call fail with the fault, at each retry, if it is the failing one."""
        if self._fault is None or len(self.calls) - 1 != self._failing:
            return None
        return self._fault(request)


@contextmanager
def tapped(
    *clients: BaseClient, failing: int | None = None, fault: Fault | None = None
) -> Iterator[Wire]:
    """Record the calls of `clients`, and let one of them fail."""
    wire = Wire(failing, fault)
    services = [(each, each.meta.service_model.service_id.hyphenize()) for each in clients]
    for client, service in services:
        client.meta.events.register(f"before-call.{service}", wire.count)
        client.meta.events.register(f"before-send.{service}", wire.send)
    yield wire
    for client, service in services:
        client.meta.events.unregister(f"before-call.{service}", wire.count)
        client.meta.events.unregister(f"before-send.{service}", wire.send)

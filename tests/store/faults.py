"""Faults of the network and of AWS services, injected between a client and its service."""

import json
from collections import deque
from collections.abc import Callable
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

type Fault = Callable[[AWSPreparedRequest], AWSResponse | None]


class Faults:
    """Injects the given faults into the next requests of `operation`, one for each request."""

    def __init__(self, client: BaseClient, operation: str, *faults: Fault) -> None:
        self._events = client.meta.events
        service = client.meta.service_model.service_id.hyphenize()
        self._event = f"before-send.{service}.{operation}"
        self.pending = deque(faults)

    def __enter__(self) -> Self:
        self._events.register(self._event, self._inject)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._events.unregister(self._event, self._inject)

    def _inject(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        return self.pending.popleft()(request) if self.pending else None


def lost_answer(request: AWSPreparedRequest) -> None:
    """Send the request and lose the answer."""
    URLLib3Session().send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def lost_request(request: AWSPreparedRequest) -> None:
    """Lose the request before it reaches the service."""
    raise ConnectionClosedError(endpoint_url=request.url)


def answered(document: dict[str, Any]) -> Fault:
    """Return a fault that answers with `document`."""
    return lambda request: AWSResponse(request.url, 200, {}, _Raw(json.dumps(document).encode()))


def refused(code: str, status: int = 400, **members: Any) -> Fault:
    """Return a fault that answers with an error; `members` are added to its body."""

    def refuse(request: AWSPreparedRequest) -> AWSResponse:
        body = {"__type": code, "message": code, **members}
        return AWSResponse(request.url, status, {}, _Raw(json.dumps(body).encode()))

    return refuse


def cancelled(*reasons: str) -> Fault:
    """Return a fault that cancels a transaction, with a reason for each of its writes."""
    return refused(
        "TransactionCanceledException", CancellationReasons=[{"Code": each} for each in reasons]
    )


class _Raw(BytesIO):
    """A response body with the interface of urllib3."""

    def stream(self, **_: Any) -> Any:
        yield self.read()

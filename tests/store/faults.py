"""Faults of the wire and of the service, put between our client and what answers it."""

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
    """Lets the next requests of `operation` meet the given faults, one each; then all is well."""

    def __init__(self, client: BaseClient, operation: str, *faults: Fault) -> None:
        self._events = client.meta.events
        service = client.meta.service_model.service_id.hyphenize()
        self._event = f"before-send.{service}.{operation}"
        self.pending = deque(faults)

    def __enter__(self) -> Self:
        self._events.register(self._event, self._meet)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._events.unregister(self._event, self._meet)

    def _meet(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        return self.pending.popleft()(request) if self.pending else None


def lost_answer(request: AWSPreparedRequest) -> None:
    """Let the service do its work and lose what it says."""
    URLLib3Session().send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def lost_request(request: AWSPreparedRequest) -> None:
    """Lose the request before the service sees it."""
    raise ConnectionClosedError(endpoint_url=request.url)


def answered(document: dict[str, Any]) -> Fault:
    """Let the service answer what no emulator answers."""
    return lambda request: AWSResponse(request.url, 200, {}, _Raw(json.dumps(document).encode()))


def refused(code: str, status: int = 400, **members: Any) -> Fault:
    """Let the service answer with an error; `members` are what else it says."""

    def refuse(request: AWSPreparedRequest) -> AWSResponse:
        body = {"__type": code, "message": code, **members}
        return AWSResponse(request.url, status, {}, _Raw(json.dumps(body).encode()))

    return refuse


def cancelled(*reasons: str) -> Fault:
    """Let the service cancel a transaction, with a reason for each of its writes."""
    return refused(
        "TransactionCanceledException", CancellationReasons=[{"Code": each} for each in reasons]
    )


class _Raw(BytesIO):
    """A body as urllib3 hands it on."""

    def stream(self, **_: Any) -> Any:
        yield self.read()

"""Fakes of Cognito: stubbed answers of botocore, or a fake connection below it."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.stub import Stubber

from teppan.identity.cognito.client import cognito


@pytest.fixture
def stub() -> Iterator[Stubber]:
    """Stubbed answers of Cognito, one for each expected call; all calls must be made."""
    with Stubber(cognito()) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class Body(io.BytesIO):
    """The body of an answer as botocore reads it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


class Wire:
    """A fake connection to Cognito: records the requests; returns one answer or fails."""

    def __init__(self) -> None:
        self.sent: list[AWSPreparedRequest] = []
        self.status = 200
        self.document: dict[str, Any] = {}
        self.failure: Exception | None = None

    def send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.sent.append(request)
        if self.failure:
            raise self.failure
        body = Body(json.dumps(self.document).encode())
        return AWSResponse(request.url, self.status, {}, body)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """The fake connection to Cognito, below botocore."""
    fake = Wire()
    events = cognito().meta.events
    events.register("before-send.cognito-idp", fake.send)
    yield fake
    events.unregister("before-send.cognito-idp", fake.send)

"""Serves an event with an endpoint whose handler the test passes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.builders import gateway_event, lambda_context

from teppan.domain.caller import Role
from teppan.http.body import RequestBody
from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.request import Request
from teppan.http.response import Response

SECRET = "aiko@example.com"


class Order(RequestBody):
    guests: int


@dataclass(frozen=True)
class ServedResponse:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.body["code"])


type EndpointFunction = Callable[[Request[Any]], Response]


def say_hello(request: Request[Any]) -> Response:
    return Response(body={"hello": "world"})


def serve(
    event: dict[str, Any] | None = None,
    handle: EndpointFunction = say_hello,
    *,
    roles: frozenset[Role] = EVERYONE,
    **declared: Any,
) -> ServedResponse:
    """Return the response of an endpoint that runs `handle`."""
    handler = endpoint("sayHello", roles=roles, **declared)(handle)
    result = handler(event or gateway_event(path="/api/v1/hello"), lambda_context())
    assert result["isBase64Encoded"] is False
    return ServedResponse(result["statusCode"], result["headers"], result["body"])


def handled_request(event: dict[str, Any] | None = None, **declared: Any) -> Request[Any]:
    """Return the request that the handler gets."""
    requests: list[Request[Any]] = []

    def handle(request: Request[Any]) -> Response:
        requests.append(request)
        return Response()

    serve(event, handle, **declared)
    return requests[0]


def failing(error: Exception) -> EndpointFunction:
    def fail(_request: Request[Any]) -> Response:
        raise error

    return fail


def must_not_run(_request: Request[Any]) -> Response:
    raise AssertionError("the handler ran")

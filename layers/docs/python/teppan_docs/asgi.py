"""Requests of our endpoint, answered by an ASGI application: Mangum makes the call of the event."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from mangum import Mangum
from starlette.applications import Starlette

from teppan.http.errors import PathNotFound
from teppan.http.request import Request
from teppan.http.response import Response

_NO_CONTEXT: Any = None  # the application does not read Lambda's context

type Answer = Callable[[Request[Any]], Response]


class ApplicationFailedError(RuntimeError):
    """The application raised an error, which Mangum has logged."""


def answered_by(application: Starlette) -> Answer:
    """Return a function that answers requests by the application."""

    def answer(request: Request[Any]) -> Response:
        with asyncio.Runner() as runner:
            asyncio.set_event_loop(runner.get_loop())  # Mangum takes the loop that is set
            result = Mangum(application, lifespan="off")(_reduced(request.event), _NO_CONTEXT)
        return _response(result)

    return answer


def _reduced(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event without what the application does not read, but Mangum fails on: junk."""
    scheme = {
        name: text
        for name, text in (event.get("headers") or {}).items()
        if name.lower() == "x-forwarded-proto" and text in {"http", "https"}
    }
    absent = ("multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters")
    return {**event, **dict.fromkeys(absent), "headers": scheme, "body": None}


def _response(result: dict[str, Any]) -> Response:
    """Return Mangum's result as our response, whose headers the endpoint completes."""
    status: int = result["statusCode"]
    if status == 404:
        raise PathNotFound
    if status >= 500:
        raise ApplicationFailedError
    headers = {name.title(): text for name, text in result["headers"].items()}
    del headers["Content-Length"]
    media_type = headers.pop("Content-Type")
    return Response(status, content=result["body"], headers=headers, media_type=media_type)

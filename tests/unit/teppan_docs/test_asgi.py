"""Requests of our endpoint, answered by an ASGI application."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as AsgiRequest
from starlette.responses import PlainTextResponse
from starlette.responses import Response as AsgiResponse
from starlette.routing import Route
from tests.builders import caller, gateway_event

from teppan.http.errors import PathNotFound
from teppan.http.request import Request
from teppan.http.response import Response
from teppan_docs.asgi import ApplicationFailedError, answered_by


@pytest.fixture(autouse=True)
def no_sockets() -> None:
    """Allow sockets here: an event loop has a pair of them."""


async def page(request: AsgiRequest) -> AsgiResponse:
    text = f"{request.url.scheme} {dict(request.headers)} {request.query_params}"
    return PlainTextResponse(text, headers={"Cache-Control": "public"})


async def broken(_request: AsgiRequest) -> AsgiResponse:
    raise OSError("/opt/python")


answer = answered_by(Starlette(routes=[Route("/page", page), Route("/broken", broken)]))


def request(path: str, **event: Any) -> Request[None]:
    return Request(
        operation="getDocs",
        path=path,
        caller=caller(),
        body=None,
        parameters={},
        if_match=None,
        idempotency_or_none=None,
        event=gateway_event("GET", path, **event),
    )


def test_an_answer_of_the_application_becomes_our_response() -> None:
    assert answer(request("/page")) == Response(
        status=200,
        content="https {} ",
        headers={"Cache-Control": "public"},
        media_type="text/plain; charset=utf-8",
    )


def test_the_application_gets_the_scheme_and_nothing_else_that_the_caller_chooses() -> None:
    junk: dict[str, str | list[str]] = {
        "X-Forwarded-Proto": "http",
        "Host": "a:b:c",
        "X-Forwarded-Port": "junk",
        "Cookie": "\ud83c",
    }

    response = answer(request("/page", headers=junk, query={"a": "b"}, body="junk"))

    assert response.content == "http {'x-forwarded-proto': 'http'} "


def test_a_path_that_the_application_does_not_have_is_not_found() -> None:
    with pytest.raises(PathNotFound):
        answer(request("/other"))


def test_an_error_of_the_application_is_raised_without_its_text() -> None:
    with pytest.raises(ApplicationFailedError, match=r"^$"):
        answer(request("/broken"))

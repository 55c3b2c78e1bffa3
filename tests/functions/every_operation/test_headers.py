"""The headers of every answer, good or bad: security headers, the request id, CORS."""

import uuid
from typing import Any

import pytest
from tests.functions.example import declared
from tests.functions.handlers import Handlers
from tests.functions.requests import good_request
from tests.sizes import pairs

from teppan.http.headers import SECURITY

KNOWN = "https://book.teppan.example"

CACHED = {
    "Cache-Control": "public, max-age=10",
    "Vary": "Origin, Authorization, Accept-Encoding",
}
"""The headers of the one answer that may be cached: availability, without a token."""

PAGES = {"getDocs", "getDocsFile"}
"""The operations whose pages have a Content-Security-Policy of their own (test_get_docs.py)."""

every_operation = pytest.mark.parametrize("operation", declared())


@every_operation
@pytest.mark.parametrize("bad", [{}, {"query": {"junk": "1"}}], ids=["good", "bad"])
def test_every_answer_has_the_security_headers(
    call: Handlers, operation: str, bad: dict[str, Any]
) -> None:
    answer = call(operation, **good_request(operation, call, **bad))

    is_cached = operation == "searchAvailability" and not bad
    expected = dict(SECURITY) | (CACHED if is_cached else {})
    if operation in PAGES and not bad:
        del expected["Content-Security-Policy"]
    assert expected.items() <= answer.headers.items()


@every_operation
def test_the_request_id_of_the_caller_is_returned(call: Handlers, operation: str) -> None:
    request_id = str(uuid.uuid4())

    answer = call(operation, **good_request(operation, call), headers={"x-request-id": request_id})

    assert answer.headers["X-Request-Id"] == request_id


@every_operation
def test_the_request_id_of_the_gateway_is_returned_if_the_caller_sent_none(
    call: Handlers, operation: str
) -> None:
    event = call.event(operation, **good_request(operation, call))

    answer = call.send(operation, event)

    assert answer.headers["X-Request-Id"] == event["requestContext"]["requestId"]


@pytest.mark.parametrize(
    "junk",
    ["", " ", "1", "x" * 10_000, "é", "a\r\nSet-Cookie: b=c", f"{uuid.UUID(int=1)}\n", "🍣"],
    ids=["empty", "space", "short", "long", "accent", "two lines", "line break", "sushi"],
)
def test_a_request_id_that_is_no_uuid_is_replaced(call: Handlers, junk: str) -> None:
    event = call.event("getHealth", by=None, headers={"X-Request-Id": junk})

    answer = call.send("getHealth", event)

    assert answer.headers["X-Request-Id"] == event["requestContext"]["requestId"]


@pytest.mark.parametrize(
    ("operation", "origin"), pairs(declared(), [KNOWN, "https://evil.example", None])
)
def test_only_pages_of_a_known_origin_may_read_the_answer(
    call: Handlers, operation: str, origin: str | None
) -> None:
    allowed = origin == KNOWN

    answer = call(operation, **good_request(operation, call), headers={"origin": origin})

    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    exposed = answer.headers.get("Access-Control-Expose-Headers", "").split(", ")
    assert ({"ETag", "Location", "Retry-After", "X-Request-Id"} <= set(exposed)) == allowed


@every_operation
def test_request_headers_are_read_in_any_case(call: Handlers, operation: str) -> None:
    event = call.event(operation, **good_request(operation, call))
    for each in ("headers", "multiValueHeaders"):
        event[each] = {name.upper(): value for name, value in event[each].items()}

    assert call.send(operation, event).status < 300


@every_operation
def test_an_event_may_leave_out_empty_members(call: Handlers, operation: str) -> None:
    event = call.event(operation, **good_request(operation, call))

    for optional in (
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
    ):
        event[optional] = event[optional] or None

    assert call.send(operation, event).status < 300

"""The preflight request of a browser before a request from another origin."""

import re

import pytest
from tests.functions import contract
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers

OPERATION = Example(request=lambda _: Request(path={"proxy": "api/v1/bookings"}), succeeds=204)

KNOWN = "https://book.teppan.example"
SENT_BY_PAGES = {
    *("authorization", "content-type", "idempotency-key", "if-match", "x-request-id"),
    *("baggage", "sentry-trace", "traceparent"),
}
ROUTES = sorted({each.path for each in contract.OPERATIONS.values()} - {"/{proxy+}"})


def preflight(
    call: Handlers,
    origin: str | None = KNOWN,
    path: str = "api/v1/bookings",
    query: dict[str, str | list[str]] | None = None,
) -> Answer:
    asked: dict[str, str | None] = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type,if-match",
    }
    return call("preflight", by=None, headers=asked, query=query, proxy=path)


def listed(text: str) -> set[str]:
    return {each.strip().lower() for each in text.split(",")}


@pytest.mark.parametrize("origin", [KNOWN, "https://admin.teppan.example"])
def test_a_known_origin_may_send_the_headers_of_the_contract(call: Handlers, origin: str) -> None:
    answer = preflight(call, origin)

    assert (answer.status, answer.body) == (204, None)
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert listed(answer.headers["Access-Control-Allow-Headers"]) >= SENT_BY_PAGES
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "http://book.teppan.example",
        "https://book.teppan.example.evil.example",
        "https://book.teppan.example:444",
        "https://book.teppan.example,https://admin.teppan.example",
    ],
)
def test_an_unknown_origin_gets_no_cors_headers(call: Handlers, origin: str | None) -> None:
    answer = preflight(call, origin)

    assert answer.status == 204
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_preflight_never_allows_credentials(call: Handlers) -> None:
    assert "Access-Control-Allow-Credentials" not in preflight(call).headers


@pytest.mark.parametrize("route", ROUTES)
def test_a_preflight_names_the_methods_of_its_path(call: Handlers, route: str) -> None:
    path = re.sub(r"\{\w+\}", "x", route).removeprefix("/")

    answer = preflight(call, path=path)

    declared = {each.method.lower() for each in contract.OPERATIONS.values() if each.path == route}
    assert answer.status == 204
    assert listed(answer.headers["Access-Control-Allow-Methods"]) == declared


@pytest.mark.parametrize("path", ["no/such/path", "api/v1/bookings/", "api/v1/bookings/x/y", ""])
def test_a_preflight_names_no_methods_of_a_path_that_does_not_exist(
    call: Handlers, path: str
) -> None:
    answer = preflight(call, path=path)

    assert (answer.status, answer.headers["Access-Control-Allow-Methods"]) == (204, "")


def test_a_preflight_ignores_the_query(call: Handlers) -> None:
    answer = preflight(call, path="api/v1/availability", query={"from": "2026-12-24", "to": "x"})

    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == KNOWN


def test_a_preflight_ignores_credentials_and_body(call: Handlers) -> None:
    junk: dict[str, str | None] = {"Origin": KNOWN, "If-Match": "junk", "Content-Type": "junk"}

    assert call("preflight", by=None, headers=junk, proxy="api/v1/bookings").status == 204

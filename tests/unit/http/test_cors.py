"""CORS for the allowed origins, and the answers to preflights."""

import json
from pathlib import Path

import pytest

from teppan.http.cors import PathMethods, cors, preflight
from teppan.settings import Settings

ALLOWED = frozenset({"https://book.teppan.example", "https://admin.teppan.example"})


def settings(*, allow_credentials: bool = False) -> Settings:
    return Settings("prod", "1", ALLOWED, allow_credentials)


@pytest.mark.parametrize("origin", sorted(ALLOWED))
def test_an_allowed_origin_may_read_the_response_and_its_headers(origin: str) -> None:
    headers = cors(origin, settings())

    assert headers["Access-Control-Allow-Origin"] == origin
    assert set(headers["Access-Control-Expose-Headers"].split(", ")) == {
        "ETag",
        "Idempotency-Replayed",
        "Location",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        "X-Request-Id",
    }


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "*",
        "https://evil.example",
        "http://book.teppan.example",
        "https://book.teppan.example.evil.example",
        "https://book.teppan.example:8443",
        "https://BOOK.teppan.example",
    ],
)
@pytest.mark.parametrize("allow_credentials", [False, True])
def test_another_origin_may_not_read_the_response(
    origin: str | None, *, allow_credentials: bool
) -> None:
    assert cors(origin, settings(allow_credentials=allow_credentials)) == {}


@pytest.mark.parametrize("allow_credentials", [False, True])
def test_credentials_are_allowed_only_by_the_setting(*, allow_credentials: bool) -> None:
    headers = cors(min(ALLOWED), settings(allow_credentials=allow_credentials))

    allowed = headers.get("Access-Control-Allow-Credentials")
    assert allowed == ("true" if allow_credentials else None)


def test_a_preflight_names_the_methods_and_all_our_headers() -> None:
    headers = preflight(["GET", "PUT"])

    assert headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert {each.lower() for each in headers["Access-Control-Allow-Headers"].split(", ")} == {
        "authorization",
        "baggage",
        "content-type",
        "idempotency-key",
        "if-match",
        "sentry-trace",
        "traceparent",
        "x-request-id",
    }
    assert headers["Access-Control-Max-Age"] == "7200"


class TestPathMethods:
    @pytest.fixture
    def methods(self, tmp_path: Path) -> PathMethods:
        methods = {"/b": ["POST"], "/b/{id}": ["GET", "PUT"], "/b/{id}/events": ["GET"]}
        (tmp_path / "methods.json").write_text(json.dumps(methods))
        return PathMethods(str(tmp_path / "app.py"))

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/b", ["POST"]),
            ("/b/1", ["GET", "PUT"]),
            ("/b/1/events", ["GET"]),
            ("/b/1/nothing", []),
            ("/c", []),
            ("/", []),
            ("", []),
            ("/b/1/events/2", []),
        ],
    )
    def test_a_path_has_the_methods_of_the_route_that_it_fits(
        self, methods: PathMethods, path: str, expected: list[str]
    ) -> None:
        assert methods.of(path) == expected

"""Security headers of every response, and CORS for the allowed origins."""

import pytest

from teppan.http.headers import PREFLIGHT, SECURITY, cors

ALLOWED = frozenset({"https://book.teppan.example", "https://admin.teppan.example"})


@pytest.mark.parametrize("origin", sorted(ALLOWED))
def test_an_allowed_origin_may_read_the_response_and_its_headers(origin: str) -> None:
    headers = cors(origin, ALLOWED)

    assert headers["Access-Control-Allow-Origin"] == origin
    assert set(headers["Access-Control-Expose-Headers"].split(", ")) == {
        "ETag",
        "Idempotency-Replayed",
        "Location",
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
def test_another_origin_may_not_read_the_response(origin: str | None) -> None:
    assert cors(origin, ALLOWED) == {}


def test_cors_never_allows_credentials() -> None:
    assert "Access-Control-Allow-Credentials" not in {
        **cors(next(iter(ALLOWED)), ALLOWED),
        **PREFLIGHT,
    }


def test_the_security_headers_forbid_caching_framing_and_content() -> None:
    assert SECURITY["Cache-Control"] == "no-store"
    assert "default-src 'none'" in SECURITY["Content-Security-Policy"]
    assert "max-age=63072000" in SECURITY["Strict-Transport-Security"]
    assert SECURITY["X-Content-Type-Options"] == "nosniff"
    assert SECURITY["X-Frame-Options"] == "DENY"
    assert SECURITY["Referrer-Policy"] == "no-referrer"


def test_the_vary_header_separates_cached_responses_by_origin() -> None:
    assert SECURITY["Vary"] == "Origin"


def test_a_preflight_allows_all_our_methods_and_headers() -> None:
    headers = set(PREFLIGHT["Access-Control-Allow-Headers"].split(", "))
    methods = set(PREFLIGHT["Access-Control-Allow-Methods"].split(", "))

    assert headers == {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "X-Request-Id",
    }
    assert methods == {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}

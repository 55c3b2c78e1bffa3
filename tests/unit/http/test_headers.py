"""Security headers of every response, and CORS for the allowed origins."""

import pytest
from tests.builders import REQUEST_ID, gateway_event

from teppan.http.headers import PREFLIGHT, SECURITY, all_headers, cors
from teppan.http.request import read_request
from teppan.http.response import Response

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


def test_a_response_has_the_common_headers_and_its_own() -> None:
    origin = "https://book.teppan.example"
    request = read_request(gateway_event(headers={"Origin": origin, "X-Request-Id": REQUEST_ID}))

    headers = all_headers(Response(body={}, headers={"ETag": '"3"'}), request)

    assert headers == {
        **SECURITY,
        **cors(origin, ALLOWED),
        "X-Request-Id": REQUEST_ID,
        "Content-Type": "application/json",
        "ETag": '"3"',
    }


def test_a_response_without_a_body_has_no_content_type() -> None:
    assert "Content-Type" not in all_headers(Response(status=204), read_request(gateway_event()))


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

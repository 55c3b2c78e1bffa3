"""The headers of every response."""

import pytest
from tests.builders import REQUEST_ID, gateway_event

from teppan.http.cors import cors
from teppan.http.headers import SECURITY, all_headers
from teppan.http.request import read_request
from teppan.http.response import Response
from teppan.settings import settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cache-Control", "no-store"),
        (
            "Content-Security-Policy",
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"),
        ("Vary", "Origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ],
)
def test_a_security_header_has_its_value(name: str, value: str) -> None:
    assert SECURITY[name] == value


def test_the_permissions_policy_denies_each_feature() -> None:
    policy = SECURITY["Permissions-Policy"].split(", ")

    assert {"camera=()", "geolocation=()", "microphone=()", "payment=()"} <= set(policy)
    assert all(feature.endswith("=()") for feature in policy)


def test_there_is_no_other_security_header() -> None:
    assert len(SECURITY) == 10


def test_a_response_has_the_common_headers_and_its_own() -> None:
    origin = "https://book.teppan.example"
    request = read_request(gateway_event(headers={"Origin": origin, "X-Request-Id": REQUEST_ID}))

    headers = all_headers(Response(body={}, headers={"ETag": '"3"'}), request)

    assert headers == {
        **SECURITY,
        **cors(origin, settings()),
        "X-Request-Id": REQUEST_ID,
        "Content-Type": "application/json",
        "ETag": '"3"',
    }


def test_a_response_replaces_a_security_header_by_its_own() -> None:
    response = Response(body={}, headers={"Cache-Control": "max-age=10"})

    headers = all_headers(response, read_request(gateway_event()))

    assert headers["Cache-Control"] == "max-age=10"


def test_a_response_without_a_body_has_no_content_type() -> None:
    assert "Content-Type" not in all_headers(Response(status=204), read_request(gateway_event()))

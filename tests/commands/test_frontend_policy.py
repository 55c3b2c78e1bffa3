"""The headers of the frontends allow what their pages need, and nothing more."""

import json
import re

import pytest
from local.booking_page.frontend_policy import (
    FRONTENDS,
    Frontend,
    content_security_policy,
    headers_of,
)
from operations.frontend_headers import connections_of, next_config

API = "https://abc.execute-api.us-west-2.amazonaws.com"
SENTRY = "https://o1.ingest.us.sentry.io"
CUSTOMER_SITE, ADMIN_CONSOLE = FRONTENDS

each_frontend = pytest.mark.parametrize("frontend", FRONTENDS, ids=lambda each: each.name)


@each_frontend
def test_every_source_is_named_and_none_is_unsafe(frontend: Frontend) -> None:
    directives = content_security_policy(frontend, [API, SENTRY])

    assert directives["default-src"] == ["'none'"]
    for source in (source for sources in directives.values() for source in sources):
        assert source in {"'none'", "'self'"} or re.fullmatch(r"https://(\*\.)?[a-z0-9.-]+", source)
    assert directives["connect-src"][:3] == ["'self'", API, SENTRY]


@each_frontend
def test_every_header_is_sent(frontend: Frontend) -> None:
    headers = headers_of(frontend, [API])

    assert headers.keys() == {
        "Content-Security-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
        "Strict-Transport-Security",
        "X-Content-Type-Options",
        "X-Frame-Options",
    }
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"


def test_the_customer_site_may_run_stripe_js() -> None:
    policy = headers_of(CUSTOMER_SITE, [API])["Content-Security-Policy"]

    for allowed in (
        "script-src 'self' https://js.stripe.com https://*.js.stripe.com",
        "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
        f"connect-src 'self' {API} https://api.stripe.com",
    ):
        assert allowed in policy.split("; ")
    permissions = headers_of(CUSTOMER_SITE, [API])["Permissions-Policy"].split(", ")
    assert [each for each in permissions if not each.endswith("=()")] == [
        'payment=(self "https://js.stripe.com")'
    ]


def test_the_admin_console_knows_no_stripe() -> None:
    headers = headers_of(ADMIN_CONSOLE, [API])

    assert "stripe" not in str(headers)
    assert "frame-src" not in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_origins_of_the_connections_come_from_the_outputs_of_the_stack() -> None:
    outputs = {"ApiUrl": f"{API}/prod"}

    assert connections_of(outputs) == [API]
    assert connections_of(outputs | {"SentryOrigin": SENTRY}) == [API, SENTRY]


@each_frontend
def test_the_block_for_next_js_has_each_header(frontend: Frontend) -> None:
    headers = headers_of(frontend, [API])

    block = next_config(frontend, headers).rpartition("headers: ")[2]
    written, _ = json.JSONDecoder().raw_decode(block)

    assert {each["key"]: each["value"] for each in written} == headers

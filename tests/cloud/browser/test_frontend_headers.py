"""The headers that `make frontend-headers` prints, unchanged, in a browser.

A server of this test is every host of the internet: the sites, our API, Stripe and Sentry.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme
import uvicorn
from anyio.from_thread import start_blocking_portal
from local.booking_page.frontend_policy import FRONTENDS, headers_of
from local.processes import HOST, free_port
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.cloud.browser.conftest import Watched

API, SENTRY = "https://abc.execute-api.us-west-2.amazonaws.com", "https://o1.ingest.us.sentry.io"
SITES = {
    f"{site}.teppan.example": headers_of(frontend, [API, SENTRY])
    for site, frontend in zip(("book", "admin"), FRONTENDS, strict=True)
}
STRIPE_FRAMES = [
    "https://js.stripe.com/frame",
    "https://m-outer.js.stripe.com/frame",
    "https://hooks.stripe.com/frame",
]

HTML = """<!doctype html><title>Site</title><link rel="stylesheet" href="/page.css">
<script src="/page.js"></script>"""
SCRIPT = """
window.load = (name, source) => new Promise((resolve) => {
  const element = document.createElement(name);
  element.onload = () => resolve(true);
  element.onerror = () => resolve(false);
  element.src = source;
  document.documentElement.append(element);
});
window.call = (address) => fetch(address, { method: "POST" }).then(() => true, () => false);
"""
CONTENT = {"/": (HTML, "text/html"), "/page.js": (SCRIPT, "text/javascript")}


async def answer(request: Request) -> Response:
    """Serve a page of a site with its headers; any other host serves scripts and frames."""
    host = request.headers["host"]
    foreign = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    content, kind = CONTENT.get(request.url.path, ("", "text/css"))
    if host not in SITES and request.url.path.endswith(".js"):
        kind = "text/javascript"
    elif host not in SITES:
        kind = "text/html"
    return Response(content, media_type=kind, headers=SITES.get(host, foreign))


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the server that is every host."""
    certificate = tmp_path_factory.mktemp("tls") / "server.pem"
    trustme.CA().issue_cert("teppan.example").private_key_and_cert_chain_pem.write_to_path(
        str(certificate)
    )
    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    config = uvicorn.Config(
        app,
        host=HOST,
        port=free_port(),
        ssl_certfile=certificate,
        ssl_keyfile=certificate,
        log_level="warning",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    with start_blocking_portal() as portal:
        running = portal.start_task_soon(server.serve)
        while not server.started:
            assert not running.done()
        yield config.port
        server.should_exit = True
        running.result()


@pytest.fixture
def open_site(
    launch: Callable[..., Browser], internet: int, watched: Watched
) -> Iterator[Callable[[str], Page]]:
    """A function that opens the page of a site."""
    browser = launch(f"--host-resolver-rules=MAP * {HOST}:{internet}")

    def open_page(site: str) -> Page:
        page = browser.new_context(ignore_https_errors=True).new_page()
        watched.watch(page)
        page.goto(f"https://{site}.teppan.example/")
        return page

    yield open_page
    browser.close()


def _load(page: Page, name: str, source: str) -> Any:
    return page.evaluate("([name, source]) => load(name, source)", [name, source])


def test_the_customer_site_runs_stripe_js_and_reaches_what_it_needs(
    open_site: Callable[[str], Page], watched: Watched
) -> None:
    page = open_site("book")

    assert _load(page, "script", "https://js.stripe.com/clover/stripe.js")
    assert all(_load(page, "iframe", frame) for frame in STRIPE_FRAMES)
    for address in (f"{API}/prod/api/v1/quotes", "https://api.stripe.com/v1/tokens", SENTRY):
        assert page.evaluate("(address) => call(address)", address)
    assert watched.faults == []


@pytest.mark.parametrize(
    ("site", "violation", "attempt"),
    [
        ("book", "script-src-elem", "load('script', 'https://other.example/x.js')"),
        ("book", "frame-src", "load('iframe', 'https://other.example/')"),
        ("book", "connect-src", "call('https://other.example/')"),
        ("admin", "script-src-elem", "load('script', 'https://js.stripe.com/clover/stripe.js')"),
        ("admin", "frame-src", "load('iframe', 'https://js.stripe.com/frame')"),
        ("admin", "connect-src", "call('https://api.stripe.com/v1/tokens')"),
    ],
)
def test_anything_else_is_a_violation(
    open_site: Callable[[str], Page], watched: Watched, site: str, violation: str, attempt: str
) -> None:
    page = open_site(site)
    assert watched.faults == []

    reported = f"Content-Security-Policy: {violation} "
    with page.expect_console_message(lambda message: message.text.startswith(reported)):
        page.evaluate(f"void {attempt}")

"""The MDN HTTP Observatory gives every page the best grade."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest
from local.booking_page.frontend_policy import FRONTENDS, Frontend, headers_of
from local.booking_page.process import booking_page
from local.description import Description
from local.processes import HOST, free_port
from tests.cloud.conftest import RunningCloud
from tests.cloud.observatory.scanner import PACKAGE, grade

API, SENTRY = "https://abc.execute-api.us-west-2.amazonaws.com", "https://o1.ingest.us.sentry.io"

MISSING: Final = "not run: the MDN HTTP Observatory needs Node.js 20 and npm; then run `make test`."

PAGES: Final[Mapping[str, Callable[[Description], str]]] = {
    "the API": lambda cloud: f"{cloud.api_url}/health",
    "the documentation": lambda cloud: f"{cloud.api_url}/docs",
    "the page of problems": lambda cloud: f"{cloud.api_url}/docs/problems",
}
"""The address of each page that is graded."""


@pytest.fixture(autouse=True)
def node() -> None:
    """Skip the tests without Node.js or the package; in CI that is a failure."""
    if shutil.which("node") is None or not PACKAGE.is_dir():
        if "CI" in os.environ:
            pytest.fail(MISSING)
        pytest.skip(MISSING)


@pytest.mark.parametrize("page", PAGES)
def test_the_observatory_grades_a_page_a_plus(
    cloud: RunningCloud,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    page: str,
) -> None:
    graded = grade(PAGES[page](cloud.description), tmp_path)

    record_property("reported", f"MDN HTTP Observatory: {page} {graded.grade} ({graded.score})")
    assert (graded.grade, graded.status, graded.failed) == ("A+", 200, [])


def test_the_observatory_grades_the_booking_page_a_plus(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    # Given: behind TLS, as everything here, it calls servers that have TLS too.
    stripe = "https://stripe.teppan.example"
    with booking_page(free_port(), tmp_path, API, stripe) as url:
        assert url is not None, "The booking page is not served: it needs Node.js and npm."
        # When
        graded = grade(url, tmp_path)
    # Then
    record_property(
        "reported", f"MDN HTTP Observatory: booking page {graded.grade} ({graded.score})"
    )
    assert (graded.grade, graded.status, graded.failed) == ("A+", 200, [])


@pytest.fixture
def site(frontend: Frontend) -> Iterator[str]:
    """The address of a page with the headers of a frontend."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, text in headers_of(frontend, [API, SENTRY]).items():
                self.send_header(name, text)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Site</title>")

        def log_message(self, *_: object) -> None:
            """Write nothing to the test's output."""

    with ThreadingHTTPServer((HOST, 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://{HOST}:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("frontend", FRONTENDS, ids=lambda each: each.name)
def test_the_observatory_grades_a_site_with_the_generated_headers_a_plus(
    site: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    frontend: Frontend,
) -> None:
    graded = grade(site, tmp_path)

    name = frontend.name
    record_property("reported", f"MDN HTTP Observatory: {name} {graded.grade} ({graded.score})")
    assert (graded.grade, graded.status, graded.failed) == ("A+", 200, [])

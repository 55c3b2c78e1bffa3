"""Headless Chromium, and pages whose console and security policy are watched.

Where Chromium is not installed, these tests are skipped; in CI that is a failure.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.cloud.browser.booking_page import BookingPage
from tests.cloud.conftest import RunningCloud

_MISSING = "not run: Chromium is not installed. On Debian: apt-get install chromium."
_REPORT_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', (event) => console.error("
    "`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`))"
)
_REFUSED = re.compile(r"Failed to load resource: .* status of (\d{3})")


@dataclass
class Watched:
    """What the browser reports about a page."""

    expected_statuses: set[int] = field(default_factory=set)
    """Error statuses of the API that the test provokes; the browser reports each of them."""
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.add_init_script(_REPORT_VIOLATIONS)
        page.on("console", lambda message: self._add(message.type, message.text))
        page.on("pageerror", lambda error: self._add("error", str(error)))

    def _add(self, kind: str, text: str) -> None:
        refused = _REFUSED.match(text)
        expected = refused is not None and int(refused[1]) in self.expected_statuses
        if kind in {"error", "warning"} and not expected:
            self.faults.append(text)


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Browser]]:
    """A function that starts the system's Chromium, headless, with more arguments."""
    executable = shutil.which("chromium")
    if executable is None:
        if "CI" in os.environ:
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    with sync_playwright() as playwright:
        yield lambda *arguments: playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", *arguments]
        )


@pytest.fixture(scope="module")
def chromium(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """Headless Chromium of the system."""
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def watched() -> Watched:
    """The watch over the pages of a test."""
    return Watched()


@pytest.fixture
def new_page(chromium: Browser, watched: Watched) -> Iterator[Callable[..., Page]]:
    """A function that opens an empty page of a browser without history.

    At the end of the test no page has reported an error, a warning or a violation of its policy.
    """
    contexts = []

    def make(**options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()
    assert watched.faults == []


@pytest.fixture
def page_url(cloud: RunningCloud) -> str:
    """The address of the booking page."""
    url = cloud.description.booking_page_url
    assert url is not None, "The booking page is not served: it needs Node.js and npm."
    return url


@pytest.fixture
def booking_page(new_page: Callable[..., Page], page_url: str) -> BookingPage:
    """The booking page, open in a desktop's browser."""
    return BookingPage.open(new_page(), page_url)

"""`make screenshots`: take the pictures of the README from the booking page of a running cloud."""

import hashlib
import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Final

from playwright.sync_api import Page, ViewportSize, sync_playwright

from local.arguments import Parser, add_port
from local.description import Description, running_cloud
from local.errors import CommandError
from local.paths import ROOT

_FOLDER: Final = ROOT / "docs" / "images"
DIGEST: Final = _FOLDER / "booking-page.sha256"
"""The file with the digest of the page that the pictures show."""

_PAGE: Final = ROOT / "clients" / "demo"
_SCREEN: Final[ViewportSize] = {"width": 1280, "height": 860}
# The seed books this day (local/seed.py).
_BOOKED: Final = timedelta(days=30)


def main(arguments: list[str]) -> int:
    """Take the pictures; return the exit status."""
    parser = Parser(prog="make screenshots")
    add_port(parser)
    options = parser.parse_args(arguments)
    try:
        take_pictures(running_cloud(options.port))
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def take_pictures(cloud: Description) -> None:
    """Write the pictures into docs/images. Raises CommandError if there is no browser or page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise CommandError("Chromium is not installed. On Debian: apt-get install chromium.")
    if cloud.booking_page_url is None:
        raise CommandError("The local cloud does not serve the booking page: it needs Node.js.")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    booked = datetime.now(UTC).date() + _BOOKED
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=_SCREEN)
        page.goto(cloud.booking_page_url)
        _put_a_party_together(page)
        _picture(page, "booking-page")
        _show_the_day(page, cloud, booked)
        _picture(page, "staff-day")
        browser.close()
    DIGEST.write_text(f"{page_digest()}\n", encoding="utf-8")


def page_digest() -> str:
    """Return a hash of the sources of the booking page."""
    digest = hashlib.sha256()
    for path in sorted(_PAGE.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _put_a_party_together(page: Page) -> None:
    page.locator("#price").get_by_text("Total").wait_for()
    shown = page.locator("#month-name").inner_text()
    page.get_by_role("button", name="Month after").click()
    page.get_by_text(shown, exact=True).wait_for(state="detached")
    page.locator(".day:has(:enabled)").nth(11).click()
    page.get_by_role("radio", name="18:00").click()
    page.get_by_label("Filet mignon").fill("4")
    page.get_by_label("Gyoza").fill("6")
    page.locator("#price").get_by_text("Gyoza").wait_for()
    # Without a focus ring, and with the top of the page.
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def _show_the_day(page: Page, cloud: Description, day: date) -> None:
    admin = cloud.users["admin"]
    page.locator("#account-state").get_by_role("button", name="Log in").click()
    page.get_by_role("dialog").get_by_label("E-mail", exact=True).fill(admin.email)
    page.get_by_role("dialog").get_by_label("Password").fill(admin.password)
    page.get_by_role("dialog").get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Staff").click()
    page.get_by_label("Day", exact=True).fill(day.isoformat())
    page.get_by_role("table").wait_for()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def _picture(page: Page, name: str) -> None:
    path = _FOLDER / f"{name}.png"
    page.screenshot(path=path)
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

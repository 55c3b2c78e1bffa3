"""axe-core finds nothing on any view of the booking page, at desktop and at phone width."""

from collections.abc import Callable
from typing import Any

import pytest
from local.paths import CLIENT_TOOLS
from playwright.sync_api import Page, expect
from tests.cloud.browser.booking_page import BookingPage
from tests.cloud.conftest import RunningCloud

AXE = (CLIENT_TOOLS / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "desktop, dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
    "phone, dark": {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "color_scheme": "dark",
    },
}


@pytest.mark.parametrize("screen", SCREENS)
def test_every_view_is_accessible_and_fits_the_screen(
    new_page: Callable[..., Page], page_url: str, cloud: RunningCloud, screen: str, day: str
) -> None:
    booking_page = BookingPage.open(new_page(**SCREENS[screen]), page_url)
    page, admin = booking_page.page, cloud.description.users["admin"]
    booking_page.pick(day, "18:00")
    _require_accessible(page)

    page.locator("#account-state").get_by_role("button", name="Log in").click()
    _require_accessible(page)
    page.keyboard.press("Escape")

    booking_page.log_in(admin.email, admin.password)
    page.get_by_role("link", name="Staff").click()
    expect(page.get_by_label("Capacity at 12:00", exact=True)).to_be_visible()
    _require_accessible(page)

    page.get_by_role("link", name="My bookings").click()
    page.get_by_role("link", name="18:00").first.click()
    expect(page.get_by_text("bkg_")).to_be_visible()
    _require_accessible(page)


def test_the_keyboard_picks_a_time_and_keeps_its_place_after_the_dialog(
    booking_page: BookingPage, day: str
) -> None:
    page = booking_page.page
    booking_page.pick(day, "12:00")
    page.get_by_role("radio", name="12:00").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="15:00")).to_be_checked()
    page.get_by_role("button", name="Book this party").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("E-mail", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Book this party")).to_be_focused()


def _require_accessible(page: Page) -> None:
    """Require that axe-core finds nothing, and that nothing is wider than the screen."""
    # The tools of the browser's debugger run the script; the page's policy would refuse it.
    page.evaluate(f"{AXE}\nundefined")
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""The page of the documentation: what it shows, and that its operations can be tried."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.builders import booking_body
from tests.cloud.conftest import RunningCloud
from tests.contract.documents import operations

expect.set_options(timeout=30_000)  # a busy machine starts a function in several seconds

PUBLIC = [each for each in operations() if not each.spec.get("x-internal")]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def docs(
    request: pytest.FixtureRequest, new_page: Callable[..., Page], cloud: RunningCloud
) -> Page:
    """The page, with its operations."""
    page = new_page(viewport=request.param)
    page.goto(f"{cloud.description.api_url}/docs")
    expect(page.locator(".opblock")).to_have_count(len(PUBLIC))
    return page


def operation(page: Page, tag: str, operation_id: str) -> Locator:
    """Open an operation and return it."""
    shown = page.locator(f"#operations-{tag}-{operation_id}")
    shown.locator(".opblock-summary-control").click()
    expect(shown.locator(".opblock-body")).to_be_visible()
    return shown


def executed(shown: Locator) -> Locator:
    """Send the request of an open operation; return the response that the page shows."""
    shown.locator("button.execute").click()
    response = shown.locator(".live-responses-table .response")
    expect(response).to_be_visible()
    return response


def authorize(page: Page, token: str) -> None:
    page.locator("button.authorize").first.click()
    dialog = page.locator(".dialog-ux .modal-ux")
    expect(dialog).to_contain_text("access token that a login returns")
    dialog.locator("input").fill(token)
    dialog.locator("button[type=submit]").click()
    dialog.locator("button.btn-done").click()


def test_the_page_shows_every_operation_under_its_tag(docs: Page) -> None:
    shown = {
        each.get_attribute("id") or "" for each in docs.locator(".opblock[id^=operations-]").all()
    }

    assert shown == {f"operations-{each.spec['tags'][0]}-{each.id}" for each in PUBLIC}
    expect(docs).to_have_title("Teppan Booking API")
    # Nothing is wider than the window.
    assert docs.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_booking_is_made_with_the_token_of_a_login(
    docs: Page, new_customer: Callable[[], str], day: str
) -> None:
    authorize(docs, new_customer())
    create = operation(docs, "Bookings", "createBooking")

    create.locator("tr[data-param-name=Idempotency-Key] input").fill(f"docs-{day}")
    create.locator("textarea.body-param__text").fill(json.dumps(booking_body(date=day)))
    response = executed(create)

    expect(response.locator(".response-col_status")).to_contain_text("201")
    expect(response).to_contain_text('"booking_id": "bkg_')
    expect(create.locator(".live-responses-table")).to_contain_text("Request duration")


def test_an_operation_for_everybody_is_tried_without_a_token(docs: Page, day: str) -> None:
    search = operation(docs, "Availability", "searchAvailability")

    for name in ("from", "to"):
        search.locator(f"tr[data-param-name={name}] input").fill(day)
    response = executed(search)

    expect(response.locator(".response-col_status")).to_contain_text("200")
    expect(response).to_contain_text('"available": true')


def test_an_operation_has_a_link_of_its_own(docs: Page) -> None:
    operation(docs, "Bookings", "createBooking")
    link = docs.url
    assert link.endswith("/docs#/Bookings/createBooking")

    docs.goto("about:blank")
    docs.goto(link)

    body = docs.locator("#operations-Bookings-createBooking .opblock-body")
    expect(body).to_contain_text("Idempotency-Key")


def test_the_token_is_forgotten_when_the_page_is_loaded_again(
    docs: Page, customer_token: str
) -> None:
    authorize(docs, customer_token)
    expect(docs.locator("button.authorize.locked").first).to_be_visible()

    docs.reload()

    expect(docs.locator("button.authorize.unlocked").first).to_be_visible()
    assert docs.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_page_of_problems_shows_the_section_that_a_problem_names(
    new_page: Callable[..., Page], cloud: RunningCloud
) -> None:
    problem = cloud.api.request("GET", "/api/v1/nothing").json()
    page = new_page(viewport=PHONE)

    page.goto(f"{cloud.description.api_url}{problem['type']}")

    heading = page.locator(":target")
    expect(heading).to_have_text("not_found")
    expect(heading).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Operations").click()
    expect(page).to_have_url(re.compile(r"/local/docs$"))
    expect(page.locator(".opblock").first).to_be_visible()

"""The end of a session on the booking page: what it shows, and what it keeps of the person."""

import pytest
from playwright.sync_api import expect
from tests.cloud.browser.booking_page import CONTACT, BookingPage
from tests.cloud.browser.conftest import Watched
from tests.cloud.people import Person


def test_a_401_in_an_action_of_a_booking_ends_the_session(
    booking_page: BookingPage, watched: Watched, member: Person, day: str
) -> None:
    # Given
    watched.expected_statuses = {401}
    booking_page.log_in(member.email, member.password)
    booking_page.prepare(day)
    booking_page.book()
    member.reset_password("another passphrase")

    # When
    booking_page.press("Cancel this booking…")
    booking_page.press("Cancel the booking")

    # Then
    expect(booking_page.alert).to_contain_text("Your session has ended.")
    head = booking_page.page.locator("#account-state")
    expect(head.get_by_role("button", name="Log in")).to_be_visible()
    expect(head).not_to_contain_text(member.email)


@pytest.mark.parametrize("seen", ["My bookings", "Your booking"])
def test_the_next_person_sees_nothing_of_the_one_who_has_logged_out(
    booking_page: BookingPage, member: Person, day: str, seen: str
) -> None:
    # Given
    page = booking_page.page
    booking_page.log_in(member.email, member.password)
    booking_page.prepare(day)
    booking_page.book()
    expect(page.locator("#booking-details")).to_contain_text(CONTACT["City"])
    if seen == "My bookings":
        page.get_by_role("link", name=seen).click()
        expect(page.locator("#bookings-list")).to_contain_text("18:00")

    # When
    booking_page.press("Log out")
    expect(booking_page.status).to_have_text("You are logged out.")

    # Then
    form = page.locator("#booking-form")
    for label in CONTACT:
        expect(form.get_by_label(label)).to_have_value("")
    expect(page.locator("#chosen-slot")).to_have_text("Pick a day and a time.")
    expect(page.locator("#booking-details")).to_be_empty()
    expect(page.locator("#bookings-list")).to_be_empty()

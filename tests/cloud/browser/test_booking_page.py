"""The booking page in a browser, on an origin of its own: what a visitor does, reads and sends."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from local.booking_page.process import booking_page as serve_booking_page
from local.processes import free_port
from playwright.sync_api import Page, Request, expect
from tests.cloud.browser.booking_page import BookingPage
from tests.cloud.browser.conftest import Watched
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Person

_STORAGE = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


class TestStory:
    def test_a_visitor_registers_books_pays_and_cancels(
        self, booking_page: BookingPage, stranger: Person, day: str
    ) -> None:
        # Given a party whose price follows each change
        booking_page.prepare(day)
        booking_page.expect_price("$595.38")
        booking_page.fill_in({"Adults": "12", "filet mignon": "4"})
        booking_page.expect_price("$736.10")

        # When the visitor books, and has no account yet
        booking_page.press("Book this party")
        booking_page.submit("I have no account yet")
        booking_page.write_credentials(stranger.email, stranger.password)
        booking_page.submit("Register")
        code = booking_page.page.get_by_label("Code from the e-mail")
        expect(code).to_be_focused()
        code.fill(stranger.newest_code)
        booking_page.submit("Confirm and log in")
        expect(booking_page.page.get_by_text("Waiting for payment")).to_be_visible()
        booking_page.pay()

        # Then the booking is confirmed, and the session has survived the way to Stripe
        expect(booking_page.status).to_have_text("Paid. Your booking is confirmed.")
        expect(booking_page.page.get_by_text("$100.00 of $736.10")).to_be_visible()
        assert "secret" not in booking_page.page.url

        # When the customer cancels
        booking_page.press("Cancel this booking…")
        expect(booking_page.page.get_by_text("you get back $97.00 (97 %)")).to_be_visible()
        booking_page.press("Cancel and refund $97.00")

        # Then it is cancelled with the refund that was quoted
        expect(booking_page.status).to_contain_text("$97.00 will be refunded, by")
        expect(booking_page.page.get_by_text("Cancelled", exact=True)).to_be_visible()

    def test_staff_see_the_bookings_of_a_day_and_set_a_capacity(
        self, booking_page: BookingPage, cloud: RunningCloud, member: Person, day: str
    ) -> None:
        Customer(cloud.api, member.tokens()["access_token"]).book(date=day, time="18:00")
        admin = cloud.description.users["admin"]
        booking_page.log_in(admin.email, admin.password)

        booking_page.page.get_by_role("link", name="Staff").click()
        booking_page.page.get_by_label("Day", exact=True).fill(day)
        expect(booking_page.page.get_by_role("table")).to_contain_text("awaiting payment")
        expect(booking_page.page.get_by_text("1 of 1 booked")).to_be_visible()
        booking_page.page.get_by_label("Capacity at 18:00", exact=True).fill("3")
        booking_page.press("Save the capacity at 18:00")

        expect(booking_page.page.get_by_text("1 of 3 booked")).to_be_visible()


class TestProblems:
    def test_a_wrong_password_is_a_sentence(
        self, booking_page: BookingPage, watched: Watched, member: Person
    ) -> None:
        watched.expected_statuses = {401}

        booking_page.press("Log in")
        booking_page.write_credentials(member.email, "not the password")
        booking_page.submit("Log in")

        expect(booking_page.alert).to_contain_text("The e-mail address or the password is wrong.")

    def test_an_ended_session_is_a_sentence_and_what_was_entered_stays(
        self, booking_page: BookingPage, watched: Watched, member: Person, day: str
    ) -> None:
        watched.expected_statuses = {401}
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)
        member.reset_password("another passphrase")

        booking_page.press("Book this party")
        expect(booking_page.alert).to_contain_text("what you have entered is still here")
        booking_page.log_in(member.email, "another passphrase")

        booking_page.book()

    def test_a_taken_slot_is_a_sentence_with_the_free_times(
        self,
        booking_page: BookingPage,
        watched: Watched,
        cloud: RunningCloud,
        new_member: Callable[[], Person],
        day: str,
    ) -> None:
        # Given a slot that another customer takes first
        watched.expected_statuses = {409}
        first, second = new_member(), new_member()
        booking_page.log_in(second.email, second.password)
        booking_page.prepare(day, "18:00")
        Customer(cloud.api, first.tokens()["access_token"]).book(date=day, time="18:00")

        # When
        booking_page.press("Book this party")

        # Then the page offers the other times for as long as the customer thinks
        taken = booking_page.page.get_by_role("radio", name="18:00")
        expect(taken).to_be_disabled()
        expect(booking_page.page.locator("#chosen-slot")).to_have_text("Pick a day and a time.")
        expect(booking_page.alert).to_contain_text("12:00, 15:00, and 21:00")
        expect(taken).not_to_be_checked()

        # And one of them can be booked
        booking_page.alert.get_by_role("button", name="21:00").click()
        expect(booking_page.page.locator("#chosen-slot")).to_contain_text("21:00")
        booking_page.book()

    def test_a_value_that_is_not_valid_is_marked_at_its_field(
        self, booking_page: BookingPage, watched: Watched, member: Person, day: str
    ) -> None:
        watched.expected_statuses = {422}
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)
        booking_page.fill_in({"ZIP code": "9"})

        booking_page.press("Book this party")

        field = booking_page.page.get_by_label("ZIP code")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(re.compile("must"))

    def test_a_mark_goes_when_its_field_changes_and_the_others_stay(
        self, booking_page: BookingPage, watched: Watched, member: Person, day: str
    ) -> None:
        watched.expected_statuses = {422}
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)
        booking_page.fill_in({"ZIP code": "9", "Phone": "1"})
        booking_page.press("Book this party")
        zip_code, phone = (booking_page.page.get_by_label(each) for each in ("ZIP code", "Phone"))
        expect(zip_code).to_have_attribute("aria-invalid", "true")

        booking_page.fill_in({"ZIP code": "90291", "Adults": "12"})
        booking_page.expect_price("12 ")

        expect(zip_code).not_to_have_attribute("aria-invalid", "true")
        expect(phone).to_have_attribute("aria-invalid", "true")

    def test_a_booking_whose_answer_was_lost_is_not_made_twice(
        self,
        booking_page: BookingPage,
        watched: Watched,
        cloud: RunningCloud,
        member: Person,
        day: str,
    ) -> None:
        # Given
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)

        booking_page.lose_the_next_booking()
        assert [each for each in watched.faults if "ERR_FAILED" not in each] == []
        watched.faults.clear()

        # When
        booking_page.book()

        # Then
        customer = Customer(cloud.api, member.tokens()["access_token"])
        assert len(customer("GET", "/bookings").json()["items"]) == 1


class TestOwnBookings:
    def test_a_customer_sees_the_own_booking_at_once_and_the_time_free_after_cancelling(
        self, booking_page: BookingPage, member: Person, day: str
    ) -> None:
        page = booking_page.page
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)
        booking_page.book()

        page.get_by_role("link", name="Book", exact=True).click()
        expect(page.get_by_role("radio", name="18:00")).to_be_disabled()

        page.go_back()
        booking_page.cancel()
        page.get_by_role("link", name="Book", exact=True).click()
        expect(page.get_by_role("radio", name="18:00")).to_be_enabled()

    def test_a_cancelled_booking_can_be_made_again(
        self, booking_page: BookingPage, cloud: RunningCloud, member: Person, day: str
    ) -> None:
        # Given
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)
        booking_page.book()
        booking_page.cancel()

        # When the customer books the same again
        booking_page.page.get_by_role("link", name="Book", exact=True).click()
        booking_page.pick(day, "18:00")
        booking_page.book()

        # Then
        expect(booking_page.page.get_by_text("Waiting for payment")).to_be_visible()
        customer = Customer(cloud.api, member.tokens()["access_token"])
        bookings = customer("GET", "/bookings").json()["items"]
        assert sorted(each["status"] for each in bookings) == ["cancelled", "pending"]

    def test_an_old_booking_is_not_announced_as_a_new_one(
        self,
        booking_page: BookingPage,
        watched: Watched,
        cloud: RunningCloud,
        member: Person,
        day: str,
    ) -> None:
        # Given a booking whose answer was lost, and which was cancelled elsewhere
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)
        booking_page.lose_the_next_booking()
        watched.faults.clear()
        customer = Customer(cloud.api, member.tokens()["access_token"])
        (made,) = customer("GET", "/bookings").json()["items"]
        assert customer("DELETE", f"/bookings/{made['booking_id']}").status == 200

        # When
        booking_page.press("Book this party")

        # Then
        expect(booking_page.status).to_contain_text("You had made this booking before.")


class TestOrigins:
    def test_a_page_of_an_unlisted_origin_is_refused_by_the_browser(
        self,
        new_page: Callable[..., Page],
        watched: Watched,
        cloud: RunningCloud,
        tmp_path: Path,
    ) -> None:
        described = cloud.description
        with serve_booking_page(
            free_port(), tmp_path, described.api_url, described.stripe_url
        ) as unlisted:
            assert unlisted is not None
            page = new_page()
            page.goto(unlisted)

            alert = page.get_by_role("alert").filter(has_text="The service cannot be reached.")
            expect(alert).to_be_visible(timeout=20_000)
            assert any("blocked by CORS policy" in each for each in watched.faults)
            watched.faults.clear()

    def test_requests_carry_a_trace_and_a_request_id(
        self, booking_page: BookingPage, cloud: RunningCloud
    ) -> None:
        with booking_page.page.expect_request(re.compile("/availability")) as sent:
            booking_page.press("Month after")
        headers = _sent(sent.value, cloud)
        assert re.fullmatch(r"[0-9a-f]{32}-[0-9a-f]{16}-0", headers["sentry-trace"])
        response = sent.value.response()
        assert response is not None
        assert response.header_value("x-request-id") == headers["x-request-id"]


class TestTokens:
    def test_no_token_is_stored_except_on_the_way_to_stripe(
        self, booking_page: BookingPage, member: Person, day: str
    ) -> None:
        booking_page.log_in(member.email, member.password)
        booking_page.prepare(day)
        booking_page.book()
        assert json.loads(booking_page.page.evaluate(_STORAGE)) == [{}, {}, ""]

        booking_page.pay()

        expect(booking_page.status).to_have_text("Paid. Your booking is confirmed.")
        assert json.loads(booking_page.page.evaluate(_STORAGE)) == [{}, {}, ""]


def _sent(request: Request, cloud: RunningCloud) -> dict[str, str]:
    assert request.url.startswith(cloud.description.api_url)
    return request.all_headers()

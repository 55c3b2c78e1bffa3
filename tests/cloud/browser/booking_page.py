"""The booking page as its visitor uses it: by labels and names, not by its structure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from playwright.sync_api import Locator, Page, Route, expect

CONTACT = {
    "Street and number": "2100 Ocean Front Walk",
    "City": "Venice",
    "ZIP code": "90291",
    "Your name": "Aiko Tanaka",
    "Phone": "+13105550142",
    "E-mail": "aiko@example.com",
}
"""What a visitor writes into the part "Place and contact"."""


@dataclass(frozen=True)
class BookingPage:
    """An open booking page."""

    page: Page

    @classmethod
    def open(cls, page: Page, url: str) -> Self:
        page.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        page.goto(url)
        opened = cls(page)
        opened.expect_price("$")
        return opened

    @property
    def status(self) -> Locator:
        """The page's status line."""
        return self.page.locator("#status")

    @property
    def alert(self) -> Locator:
        """The problem that the page shows now."""
        return self.page.get_by_role("alert").filter(has_text=re.compile(r"\w"))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def pick(self, day: str, time: str) -> None:
        """Turn to a day's month, and choose the day and a start time."""
        chosen = date.fromisoformat(day)
        month = self.page.locator("#month-name")
        while (shown := month.inner_text()) != f"{chosen:%B %Y}":
            self.press("Month after")
            expect(month).not_to_have_text(shown)
        self.page.get_by_label(f"{chosen:%A, %B} {chosen.day}, {chosen.year}: ").check(force=True)
        self.page.get_by_role("radio", name=time).check(force=True)

    def fill_in(self, fields: dict[str, str]) -> None:
        form = self.page.locator("#booking-form")
        for label, text in fields.items():
            form.get_by_label(label).fill(text)

    def expect_price(self, text: str) -> None:
        """Wait until the price shows a text."""
        expect(self.page.locator("#price")).to_contain_text(text)

    def write_credentials(self, email: str, password: str) -> None:
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("E-mail", exact=True).fill(email)
        dialog.get_by_label("Password").fill(password)

    def log_in(self, email: str, password: str) -> None:
        self.page.locator("#account-state").get_by_role("button", name="Log in").click()
        self.write_credentials(email, password)
        self.submit("Log in")
        expect(self.page.locator("#account-state")).to_contain_text(email)

    def submit(self, name: str) -> None:
        """Press a button of the dialog."""
        self.page.get_by_role("dialog").get_by_role("button", name=name).click()

    def prepare(self, day: str, time: str = "18:00") -> None:
        """Fill in everything but the account."""
        self.pick(day, time)
        self.fill_in(CONTACT)

    def book(self) -> None:
        """Book, and wait for the new booking."""
        self.press("Book this party")
        expect(self.status).to_have_text("The time is yours. Pay to confirm the booking.")

    def lose_the_next_booking(self) -> None:
        """Book; the API makes the booking, and its answer does not arrive."""

        def lose_the_answer(route: Route) -> None:
            route.fetch()
            route.abort()

        self.page.route("**/api/v1/bookings", lose_the_answer, times=1)
        self.press("Book this party")
        expect(self.alert).to_contain_text("The service cannot be reached.")

    def cancel(self) -> None:
        """Cancel the unpaid booking that is shown."""
        self.press("Cancel this booking…")
        self.press("Cancel the booking")
        expect(self.status).to_contain_text("The booking is cancelled.")

    def pay(self) -> None:
        """Pay the deposit on Stripe's page, and come back."""
        self.press("Pay the deposit, $100.00")
        self.page.get_by_role("button", name="Pay $100.00").click()
        self.page.get_by_role("link", name="Back to the shop").click()

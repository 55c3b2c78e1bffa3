"""The checkout page and 3-D Secure as forms without JavaScript."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
import urllib3
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import AUTHENTICATED, BANK, CARD_ONLY, DECLINED, Caller, intent
from tests.fakes.stripe.serving import served

BACK = "https://shop.example/done?from=fake"


class Browser:
    """A browser that follows links and sends the forms of its pages."""

    def __init__(self, url: str, http: urllib3.PoolManager) -> None:
        self._url = url
        self._http = http
        self.page = ""
        self.path = ""
        self.headers: dict[str, str] = {}

    def open(self, path: str) -> int:
        return self._show(self._http.request("GET", f"{self._url}{path}"), path)

    def send(self, **fields: str) -> int:
        """Send the page's form with the chosen and the hidden fields."""
        found = re.search(r'<form method="post" action="([^"]+)"', self.page)
        assert found is not None
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', self.page)
        answer = self._http.request_encode_body(
            "POST",
            f"{self._url}{found.group(1)}",
            fields=dict(hidden) | fields,
            encode_multipart=False,
        )
        return self._show(answer, found.group(1))

    def _show(self, answer: urllib3.BaseHTTPResponse, path: str) -> int:
        self.page = answer.data.decode()
        self.path = urlsplit(answer.geturl() or path).path
        self.headers = dict(answer.headers)
        return answer.status


@pytest.fixture
def browser(fake: FakeStripe) -> Iterator[Browser]:
    with served(fake) as url, urllib3.PoolManager(timeout=5) as http:
        yield Browser(url, http)


def _secret(fake: FakeStripe, identifier: str) -> str:
    secret: str = Caller(fake).get(f"/v1/payment_intents/{identifier}")["client_secret"]
    return secret


def test_a_customer_pays_on_the_checkout_page(fake: FakeStripe, browser: Browser) -> None:
    identifier = intent(Caller(fake), {"metadata[booking_id]": "bk_1"})
    page = f"/checkout/{_secret(fake, identifier)}"

    assert browser.open(page) == 200
    assert "$100.00" in browser.page
    assert "bk_1" in browser.page
    assert browser.send(card="4242424242424242") == 200

    assert "Paid. Thank you." in browser.page
    assert fake.all_objects("payment_intents")[0]["status"] == "succeeded"
    assert "Back to the shop" not in browser.page


def test_a_customer_can_pay_again_after_a_decline(fake: FakeStripe, browser: Browser) -> None:
    page = f"/checkout/{_secret(fake, intent(Caller(fake)))}"
    browser.open(page)

    browser.send(card=DECLINED)

    assert '<p role="alert">Your card was declined.</p>' in browser.page
    browser.send(card="4242424242424242")
    assert "Paid. Thank you." in browser.page


@pytest.mark.parametrize(
    ("outcome", "status"), [("approve", "succeeded"), ("fail", "requires_payment_method")]
)
def test_a_customer_authenticates_at_the_bank(
    fake: FakeStripe, browser: Browser, outcome: str, status: str
) -> None:
    secret = _secret(fake, intent(Caller(fake)))
    browser.open(f"/checkout/{secret}")

    browser.send(card=AUTHENTICATED)
    assert browser.path == f"/authenticate/{secret}"
    browser.send(outcome=outcome)

    assert browser.path == f"/checkout/{secret}"
    assert fake.all_objects("payment_intents")[0]["status"] == status


def test_the_checkout_page_links_back_to_the_shop(fake: FakeStripe, browser: Browser) -> None:
    identifier = intent(Caller(fake))
    secret = _secret(fake, identifier)
    browser.open(f"/checkout/{secret}?return_url={quote(BACK, safe='')}")

    browser.send(card="4242424242424242")

    (link,) = re.findall(r'<a href="([^"]+)"', browser.page)
    assert link.startswith("https://shop.example/done?from=fake&amp;payment_intent=")
    assert "redirect_status=succeeded" in link
    assert identifier in link


def test_a_return_url_that_is_not_http_is_ignored(fake: FakeStripe, browser: Browser) -> None:
    secret = _secret(fake, intent(Caller(fake)))
    browser.open(f"/checkout/{secret}?return_url=javascript:alert(1)")

    browser.send(card="4242424242424242")

    assert "<a " not in browser.page


def test_a_bank_debit_on_the_checkout_page_is_processing(
    fake: FakeStripe, browser: Browser
) -> None:
    browser.open(f"/checkout/{_secret(fake, intent(Caller(fake)))}")

    browser.send(card=BANK)

    assert "being processed" in browser.page


def test_the_checkout_page_offers_the_intents_payment_methods_only(
    fake: FakeStripe, browser: Browser
) -> None:
    browser.open(f"/checkout/{_secret(fake, intent(Caller(fake), CARD_ONLY))}")

    assert BANK not in browser.page
    assert browser.send(card=BANK) == 400
    assert 'role="alert"' in browser.page


def test_the_checkout_page_of_a_cancelled_payment_has_no_form(
    fake: FakeStripe, browser: Browser
) -> None:
    stripe = Caller(fake)
    identifier = intent(stripe)
    stripe.post(f"/v1/payment_intents/{identifier}/cancel")

    browser.open(f"/checkout/{_secret(fake, identifier)}")

    assert "cancelled" in browser.page
    assert "<form" not in browser.page


def test_the_3d_secure_page_of_a_paid_intent_redirects(fake: FakeStripe, browser: Browser) -> None:
    identifier = intent(Caller(fake))
    secret = _secret(fake, identifier)

    browser.open(f"/authenticate/{secret}")
    assert browser.path == f"/checkout/{secret}"
    fake.pay(identifier, AUTHENTICATED)
    browser.open(f"/checkout/{secret}")

    assert browser.path == f"/authenticate/{secret}"


@pytest.mark.parametrize("secret", ["pi_1_secret_2", "x"])
def test_the_checkout_page_refuses_a_wrong_secret(browser: Browser, secret: str) -> None:
    assert browser.open(f"/checkout/{secret}") == 404


def test_the_checkout_page_refuses_a_guessed_secret(fake: FakeStripe, browser: Browser) -> None:
    assert browser.open(f"/checkout/{intent(Caller(fake))}_secret_guess") == 404


def test_checkout_pages_have_a_strict_content_security_policy(
    fake: FakeStripe, browser: Browser
) -> None:
    browser.open(f"/checkout/{_secret(fake, intent(Caller(fake)))}")

    assert "default-src 'none'" in browser.headers["content-security-policy"]
    for inline in ("<script", "<style", " style=", " on", "http://", "https://"):
        assert inline not in browser.page.replace(" one", "")
    assert '<html lang="en">' in browser.page
    assert "<legend>" in browser.page
    assert browser.open("/fake.css") == 200

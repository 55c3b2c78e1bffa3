"""The checkout page, which replaces Stripe's payment form, and the bank's 3-D Secure page."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from local.fakes.stripe.cards import CARDS, Card
from local.fakes.stripe.fake import FakeStripe, StripeError
from local.fakes.stripe.objects import Json
from local.fakes.stripe.web.html import Markup, dollars, element, field, form, page

_PAYABLE: Final = ("requires_payment_method", "requires_confirmation")
_RESULTS: Final = {
    "succeeded": "Paid. Thank you.",
    "processing": "The payment is being processed by your bank.",
    "canceled": "This payment was cancelled. Nothing is due.",
}


def show(fake: FakeStripe, secret: str, query: Mapping[str, str]) -> Response:
    """Return the page with the amount and the test cards, or with the payment's result."""
    intent = fake.intent_of_secret(secret)
    if intent["status"] == "requires_action":
        return RedirectResponse(f"/authenticate/{quote(secret)}", 303)
    error = intent["last_payment_error"]
    alert = [element("p", error["message"], role="alert")] if error else []
    if intent["status"] in _PAYABLE:
        return page("Pay", *_due(intent), *alert, _choice(intent, query.get("return_url", "")))
    result = element("p", _RESULTS[intent["status"]], role="status")
    return page("Payment", *_due(intent), result, *_way_back(fake, intent))


def pay(fake: FakeStripe, secret: str, parameters: Mapping[str, str]) -> Response:
    """Confirm with the chosen card as the customer's browser does."""
    intent = fake.intent_of_secret(secret)
    return_url = _http_url(parameters.get("return_url", ""))
    fake.pay(intent["id"], parameters.get("card", ""), return_url=return_url)
    checkout_url = f"/checkout/{quote(secret)}"
    return RedirectResponse(
        f"{checkout_url}?{urlencode({'return_url': return_url})}" if return_url else checkout_url,
        303,
    )


def show_authentication(fake: FakeStripe, secret: str) -> Response:
    """Return the page on which the bank asks the customer to approve the payment."""
    intent = fake.intent_of_secret(secret)
    if intent["status"] != "requires_action":
        return RedirectResponse(f"/checkout/{quote(secret)}", 303)
    return page(
        "3-D Secure test page",
        element("p", "Your bank asks you to approve this payment."),
        *_due(intent),
        form(
            f"/authenticate/{secret}",
            element("button", "Approve", name="outcome", value="approve"),
            element("button", "Fail", name="outcome", value="fail"),
        ),
    )


def authenticate(fake: FakeStripe, secret: str, parameters: Mapping[str, str]) -> Response:
    """Pass or fail 3-D Secure, then show the result."""
    intent = fake.intent_of_secret(secret)
    fake.authenticate(intent["id"], succeed=parameters.get("outcome") == "approve")
    return RedirectResponse(f"/checkout/{quote(secret)}", 303)


def show_error(error: StripeError) -> Response:
    """Return a page with the error's message."""
    return page("That did not work", element("p", str(error), role="alert"), status=error.status)


def _due(intent: Json) -> list[Markup]:
    booking = intent["metadata"].get("booking_id")
    subject = f"for booking {booking}" if booking else intent["description"] or "no booking"
    amount = dollars(intent["amount"], intent["currency"])
    return [element("p", element("strong", amount), f" {subject}")]


def _choice(intent: Json, return_url: str) -> Markup:
    cards = [card for card in CARDS if card.kind in intent["payment_method_types"]]
    options = [_option(card, is_first=place == 0) for place, card in enumerate(cards)]
    hidden = field(type="hidden", name="return_url", value=return_url)
    return form(
        f"/checkout/{intent['client_secret']}",
        element("fieldset", element("legend", "Test card or account"), *options),
        hidden,
        element("button", f"Pay {dollars(intent['amount'], intent['currency'])}"),
    )


def _option(card: Card, *, is_first: bool) -> Markup:
    choice = field(type="radio", name="card", value=card.number, checked=is_first, required=True)
    return element("label", choice, f" {card.number}: {_description(card)}")


def _description(card: Card) -> str:
    """Return a short description of the payments with a card."""
    if card.decline is not None:
        reason = (card.decline.decline_code or card.decline.code).replace("_", " ")
        return f"{'3-D Secure, then ' if card.requires_authentication else ''}declined, {reason}"
    if card.requires_authentication:
        return "3-D Secure"
    if card.is_delayed:
        return "bank debit, processing for a while"
    if card.dispute_type:
        return f"succeeds, then {'an inquiry' if card.dispute_type == 'inquiry' else 'a dispute'}"
    return {
        "succeed": f"succeeds ({card.brand})",
        "fail_later": "succeeds; a refund fails later",
        "pend": "succeeds; a refund is pending for a while",
    }[card.refund_result]


def _way_back(fake: FakeStripe, intent: Json) -> list[Markup]:
    return_url = _http_url(fake.account.return_urls.get(intent["id"], ""))
    if return_url is None:
        return []
    query = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": intent["status"],
        }
    )
    joined = f"{return_url}{'&' if '?' in return_url else '?'}{query}"
    return [element("p", element("a", "Back to the shop", href=joined))]


def _http_url(url: str) -> str | None:
    return url if urlsplit(url).scheme in ("http", "https") else None

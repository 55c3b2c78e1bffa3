"""Payment methods, made of test cards."""

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.cards import Card, card_by_id
from local.fakes.stripe.errors import StripeError, no_such
from local.fakes.stripe.objects import Json, deep_copy

_NO_BILLING_DETAILS: Json = {
    "address": {
        "city": None,
        "country": None,
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    },
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}


def create(account: Account, card: Card, billing_details: Json | None = None) -> Json:
    """Create and return a payment method of a test card."""
    method: Json = {
        "id": account.identifiers.new("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": deep_copy(_NO_BILLING_DETAILS) | (billing_details or {}),
        "created": account.now(),
        "customer": None,
        "customer_account": None,
        "livemode": account.livemode,
        "metadata": {},
        "type": card.kind,
        card.kind: _DETAILS[card.kind](card),
    }
    account.cards[method["id"]] = card
    return account.payment_methods.add(method)


def resolve(account: Account, name: str) -> Json:
    """Return the method with an id; a `pm_card_…` id creates a new one. Raises StripeError."""
    method = account.payment_methods.get(name)
    if method is not None:
        return method
    card = card_by_id(name)
    if card is None:
        raise no_such("PaymentMethod", name, param="payment_method", status=400)
    return create(account, card)


def require_allowed(intent: Json, kind: str) -> None:
    """Raise StripeError when the intent does not accept payment methods of that kind."""
    if kind not in intent["payment_method_types"]:
        allowed = ", ".join(intent["payment_method_types"])
        raise StripeError(
            f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent. Please "
            f"attach a PaymentMethod of one of the following types: {allowed}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )


def _card(card: Card) -> Json:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "display_brand": "american_express" if card.brand == "amex" else card.brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"Fake{card.number[-12:]}",
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _us_bank_account(card: Card) -> Json:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "fingerprint": f"Fake{card.number}",
        "last4": card.number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": "110000000",
        "status_details": {},
    }


def _sepa_debit(card: Card) -> Json:
    return {
        "bank_code": "19043",
        "branch_code": "",
        "country": card.number[:2],
        "fingerprint": f"Fake{card.number[-12:]}",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": card.number[-4:],
    }


_DETAILS = {"card": _card, "us_bank_account": _us_bank_account, "sepa_debit": _sepa_debit}

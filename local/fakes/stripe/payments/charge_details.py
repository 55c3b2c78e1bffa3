"""The details of the card or bank account in a charge."""

from local.fakes.stripe.cards import Card
from local.fakes.stripe.objects import Json


def charge_details(card: Card, intent: Json, *, authorized: bool) -> Json:
    """Return a charge's `payment_method_details`."""
    if card.kind == "card":
        details = _card(card, intent["amount"], authorized=authorized)
    elif card.kind == "us_bank_account":
        details = _us_bank_account(card)
    else:
        details = _sepa_debit(card)
    return {card.kind: details, "type": card.kind}


def _card(card: Card, amount: int, *, authorized: bool) -> Json:
    return {
        "amount_authorized": amount if authorized else None,
        "authorization_code": "123456" if authorized else None,
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "extended_authorization": {"status": "disabled"},
        "fingerprint": f"Fake{card.number[-12:]}",
        "funding": "credit",
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card.number[-4:],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": "123456789012345",
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }


def _us_bank_account(card: Card) -> Json:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": f"Fake{card.number}",
        "last4": card.number[-4:],
        "payment_reference": None,
        "routing_number": "110000000",
    }


def _sepa_debit(card: Card) -> Json:
    return {
        "bank_code": "19043",
        "branch_code": "",
        "country": card.number[:2],
        "fingerprint": f"Fake{card.number[-12:]}",
        "last4": card.number[-4:],
        "mandate": None,
    }

"""Charges: one for each payment attempt."""

from typing import Final

from local.fakes.stripe.account import balance
from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.cards import Decline
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json, deep_copy
from local.fakes.stripe.payments.charge_details import charge_details

_DESCRIPTOR: Final = "TEPPAN"

_NEW_CHARGE: Final[Json] = {
    "object": "charge",
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "customer": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "on_behalf_of": None,
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "source_transfer": None,
    "statement_descriptor": None,
    "transfer_data": None,
    "transfer_group": None,
}
"""The fields that have the same value in every new charge."""


def create(account: Account, intent: Json, method: Json, status: str) -> Json:
    """Make the charge of a payment attempt and return it.

    `status` is `succeeded`, `pending` or `failed`. The charge becomes the intent's latest one.
    """
    card = account.cards[method["id"]]
    decline = card.decline if status == "failed" else None
    kind = "ch" if card.kind == "card" else "py"
    suffix = intent["statement_descriptor_suffix"]
    charge: Json = _NEW_CHARGE | {
        "id": account.identifiers.new(kind),
        "amount": intent["amount"],
        "amount_captured": 0 if decline else intent["amount"],
        "billing_details": deep_copy(method["billing_details"]),
        "calculated_statement_descriptor": f"{_DESCRIPTOR}* {suffix}" if suffix else _DESCRIPTOR,
        "captured": decline is None,
        "created": account.now(),
        "currency": intent["currency"],
        "description": intent["description"],
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": account.livemode,
        "metadata": dict(intent["metadata"]),
        "outcome": _declined(decline) if decline else _AUTHORIZED | {},
        "paid": status == "succeeded",
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": charge_details(card, intent, authorized=decline is None),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "shipping": deep_copy(intent["shipping"]),
        "statement_descriptor_suffix": suffix,
        "status": status,
    }
    account.cards[charge["id"]] = card
    intent["latest_charge"] = charge["id"]
    return account.charges.add(charge)


def credit(account: Account, charge: Json) -> None:
    """Add the charge's amount, less the fee, to the balance."""
    kind = "charge" if charge["payment_method_details"]["type"] == "card" else "payment"
    transaction = balance.add_transaction(
        account,
        charge,
        kind=kind,
        category="charge",
        amount=charge["amount"],
        description=charge["description"],
        fee=balance.processing_fee(charge["amount"], charge["payment_method_details"]["type"]),
    )
    charge["balance_transaction"] = transaction["id"]


def fail_pending(account: Account, charge: Json, code: str, message: str) -> None:
    """Fail a pending charge, and take its amount back out of the balance."""
    transaction = balance.add_transaction(
        account,
        charge,
        kind="payment_failure_refund",
        category="charge_failure",
        amount=-charge["amount"],
        description=f"Payment failure refund for {charge['id']}",
    )
    charge.update(
        status="failed",
        amount_captured=0,
        captured=False,
        failure_balance_transaction=transaction["id"],
        failure_code=code,
        failure_message=message,
    )
    emit(account, "charge.failed", charge)


_AUTHORIZED: Final[Json] = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 20,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def _declined(decline: Decline) -> Json:
    return _AUTHORIZED | {
        "advice_code": decline.advice,
        "network_decline_code": "05",
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def require_successful(account: Account, intent: Json) -> Json:
    """Return the successful charge of a payment intent. Raises StripeError if it has none."""
    charge = account.charges.get(intent["latest_charge"] or "")
    if charge is None or charge["status"] != "succeeded":
        raise StripeError(f"PaymentIntent {intent['id']} has no successful charge.")
    return charge

"""Create, update and cancel payment intents. The module `payments` confirms them."""

from typing import Any, Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.errors import StripeError, unexpected_state
from local.fakes.stripe.objects import Json, deep_copy, merge_metadata
from local.fakes.stripe.payments import payment_methods

_MAXIMUM: Final = 99_999_999
_SIGNS: Final = {"usd": "$", "eur": "€"}
_AUTOMATIC: Final = {"usd": ["card", "us_bank_account"], "eur": ["card", "sepa_debit"]}
PAYABLE: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
_CARD_OPTIONS: Final[Json] = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}
_BANK_OPTIONS: Final[Json] = {"verification_method": "automatic"}
_NEW_INTENT: Final[Json] = {
    "object": "payment_intent",
    "amount_capturable": 0,
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "confirmation_method": "automatic",
    "customer": None,
    "customer_account": None,
    "excluded_payment_method_types": None,
    "last_payment_error": None,
    "latest_charge": None,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method_configuration_details": None,
    "processing": None,
    "review": None,
    "setup_future_usage": None,
    "statement_descriptor": None,
    "transfer_data": None,
    "transfer_group": None,
}
"""The fields that have the same value in every new payment intent."""


def create(account: Account, parameters: Json) -> Json:
    """Make a payment intent and return it. Emits `payment_intent.created`. Raises StripeError."""
    currency = parameters["currency"]
    require_amount(account, parameters["amount"], currency)
    automatic = automatic_methods(parameters)
    kinds = parameters.get("payment_method_types") or _AUTOMATIC[currency]
    method = parameters.get("payment_method")
    if method is not None:
        resolved = payment_methods.resolve(account, method)
        payment_methods.require_allowed({"payment_method_types": kinds}, resolved["type"])
        method = resolved["id"]
    identifier = account.identifiers.new("pi")
    intent: Json = _NEW_INTENT | {
        "id": identifier,
        "amount": parameters["amount"],
        "amount_details": {"tip": {}},
        "automatic_payment_methods": automatic,
        "capture_method": parameters.get("capture_method", "automatic_async"),
        "client_secret": f"{identifier}_secret_{account.identifiers.letters(25)}",
        "created": account.now(),
        "currency": currency,
        "description": parameters.get("description"),
        "livemode": account.livemode,
        "metadata": merge_metadata({}, parameters.get("metadata", {})),
        "payment_method": method,
        "payment_method_options": _options(kinds),
        "payment_method_types": kinds,
        "receipt_email": parameters.get("receipt_email"),
        "shipping": deep_copy(parameters.get("shipping")),
        "statement_descriptor_suffix": parameters.get("statement_descriptor_suffix"),
        "status": "requires_confirmation" if method else "requires_payment_method",
    }
    account.payment_intents.add(intent)
    emit(account, "payment_intent.created", intent)
    return intent


def update(account: Account, intent: Json, parameters: Json) -> None:
    """Update a payment intent. Raises StripeError for an amount after the payment has begun."""
    changes: Json = {name: parameters[name] for name in _PLAIN & parameters.keys()}
    if "amount" in parameters:
        if intent["status"] not in PAYABLE:
            raise unexpected_state(
                intent,
                "This PaymentIntent's amount could not be updated because it has a status of "
                f"{intent['status']}. You may only update the amount of a PaymentIntent with one "
                f"of the following statuses: {', '.join(PAYABLE)}.",
            )
        require_amount(account, parameters["amount"], intent["currency"])
        changes["amount"] = parameters["amount"]
        if intent["status"] == "requires_action":
            changes |= {"status": "requires_confirmation", "next_action": None}
    if "payment_method" in parameters:
        _require_payable(intent)
        method = payment_methods.resolve(account, parameters["payment_method"])
        payment_methods.require_allowed(intent, method["type"])
        changes |= {
            "payment_method": method["id"],
            "status": "requires_confirmation",
            "next_action": None,
        }
    if "metadata" in parameters:
        changes["metadata"] = merge_metadata(intent["metadata"], parameters["metadata"])
    intent.update({name: None if value == "" else value for name, value in changes.items()})


def cancel(account: Account, intent: Json, reason: str | None) -> None:
    """Cancel an unpaid payment intent. Emits `payment_intent.canceled`. Raises StripeError."""
    if intent["status"] not in PAYABLE:
        raise unexpected_state(
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            "requires_payment_method, requires_capture, requires_confirmation, requires_action, "
            "processing.",
        )
    intent.update(
        status="canceled",
        canceled_at=account.now(),
        cancellation_reason=reason,
        next_action=None,
    )
    emit(account, "payment_intent.canceled", intent)


_PLAIN: Final = {"description", "receipt_email", "statement_descriptor_suffix"}


def automatic_methods(parameters: Json) -> Json | None:
    """Return an intent's `automatic_payment_methods`. Raises StripeError."""
    requested: Json | None = parameters.get("automatic_payment_methods")
    if "payment_method_types" in parameters:
        if requested is not None and requested["enabled"]:
            raise StripeError(
                "You may only specify one of these parameters: automatic_payment_methods, "
                "payment_method_types."
            )
        return None
    if requested is None:
        return {"allow_redirects": "always", "enabled": True}
    return {"allow_redirects": "always"} | requested if requested["enabled"] else None


def require_amount(account: Account, amount: int, currency: str) -> None:
    """Raise StripeError when `amount` (cents) is outside Stripe's limits."""
    sign = _SIGNS[currency]
    if amount < account.minimum_amount:
        raise StripeError(
            f"Amount must be at least {sign}{account.minimum_amount / 100:.2f} {currency}",
            code="amount_too_small",
            param="amount",
        )
    if amount > _MAXIMUM:
        raise StripeError(
            f"Amount must be no more than {sign}999,999.99", code="amount_too_large", param="amount"
        )


def _require_payable(intent: Json) -> None:
    if intent["status"] not in PAYABLE:
        raise unexpected_state(
            intent,
            "You cannot update this PaymentIntent's payment_method because it has a status of "
            f"{intent['status']}.",
        )


def _options(kinds: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "card" in kinds:
        options["card"] = dict(_CARD_OPTIONS)
    if "us_bank_account" in kinds:
        options["us_bank_account"] = dict(_BANK_OPTIONS)
    if "sepa_debit" in kinds:
        options["sepa_debit"] = {}
    return options

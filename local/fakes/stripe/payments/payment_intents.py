"""Payment intents: made, changed and cancelled. `payments` confirms them."""

from typing import Any, Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.errors import StripeError, unexpected_state
from local.fakes.stripe.objects import Json, copied, merged
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


def create(account: Account, given: Json) -> Json:
    """Make a payment intent of the given parameters; emits `payment_intent.created`."""
    currency = given["currency"]
    require_amount(account, given["amount"], currency)
    kinds = given.get("payment_method_types")
    automatic = automatic_methods(given)
    kinds = kinds or _AUTOMATIC[currency]
    method = given.get("payment_method")
    if method is not None:
        resolved = payment_methods.resolve(account, method)
        payment_methods.require_allowed({"payment_method_types": kinds}, resolved["type"])
        method = resolved["id"]
    identifier = account.identifiers.new("pi")
    intent: Json = {
        "id": identifier,
        "object": "payment_intent",
        "amount": given["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": automatic,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": given.get("capture_method", "automatic_async"),
        "client_secret": f"{identifier}_secret_{account.identifiers.letters(25)}",
        "confirmation_method": "automatic",
        "created": account.now(),
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": given.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": account.livemode,
        "metadata": merged({}, given.get("metadata", {})),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": method,
        "payment_method_configuration_details": None,
        "payment_method_options": _options(kinds),
        "payment_method_types": kinds,
        "processing": None,
        "receipt_email": given.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": copied(given.get("shipping")),
        "statement_descriptor": None,
        "statement_descriptor_suffix": given.get("statement_descriptor_suffix"),
        "status": "requires_confirmation" if method else "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    account.payment_intents.add(intent)
    emit(account, "payment_intent.created", intent)
    return intent


def update(account: Account, intent: Json, given: Json) -> None:
    """Change a payment intent; its amount only while nobody has begun to pay it."""
    changes: Json = {name: given[name] for name in _PLAIN & given.keys()}
    if "amount" in given:
        if intent["status"] not in PAYABLE:
            raise unexpected_state(
                intent,
                "This PaymentIntent's amount could not be updated because it has a status of "
                f"{intent['status']}. You may only update the amount of a PaymentIntent with one "
                f"of the following statuses: {', '.join(PAYABLE)}.",
            )
        require_amount(account, given["amount"], intent["currency"])
        changes["amount"] = given["amount"]
        if intent["status"] == "requires_action":
            changes |= {"status": "requires_confirmation", "next_action": None}
    if "payment_method" in given:
        _require_payable(intent)
        method = payment_methods.resolve(account, given["payment_method"])
        payment_methods.require_allowed(intent, method["type"])
        changes |= {
            "payment_method": method["id"],
            "status": "requires_confirmation",
            "next_action": None,
        }
    if "metadata" in given:
        changes["metadata"] = merged(intent["metadata"], given["metadata"])
    intent.update({name: None if value == "" else value for name, value in changes.items()})


def cancel(account: Account, intent: Json, reason: str | None) -> None:
    """Cancel a payment intent that nobody has paid; emits `payment_intent.canceled`."""
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


def automatic_methods(given: Json) -> Json | None:
    """Return an intent's `automatic_payment_methods`. Raises StripeError."""
    asked: Json | None = given.get("automatic_payment_methods")
    if "payment_method_types" in given:
        if asked is not None and asked["enabled"]:
            raise StripeError(
                "You may only specify one of these parameters: automatic_payment_methods, "
                "payment_method_types."
            )
        return None
    if asked is None:
        return {"allow_redirects": "always", "enabled": True}
    return {"allow_redirects": "always"} | asked if asked["enabled"] else None


def require_amount(account: Account, amount: int, currency: str) -> None:
    """Raise StripeError when Stripe does not charge such an amount, in cents."""
    sign = _SIGNS[currency]
    if amount < account.minimum:
        raise StripeError(
            f"Amount must be at least {sign}{account.minimum / 100:.2f} {currency}",
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

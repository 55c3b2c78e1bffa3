"""The steps of a payment: confirmed, authenticated, processed, succeeded or declined."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.errors import StripeError, unexpected_state
from local.fakes.stripe.objects import Json, deep_copy
from local.fakes.stripe.payments import charges, disputes, payment_methods
from local.fakes.stripe.payments.payment_intents import PAYABLE

_FAILED_AUTHENTICATION: Final = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again."
)


def require_confirmable(intent: Json) -> None:
    """Raise StripeError unless the intent's status allows a confirmation."""
    if intent["status"] == "succeeded":
        raise unexpected_state(
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed.",
        )
    if intent["status"] not in PAYABLE:
        raise unexpected_state(
            intent,
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be confirmed: "
            "requires_confirmation, requires_action, requires_payment_method.",
        )


def confirm(account: Account, intent: Json, method: Json, return_url: str | None = None) -> None:
    """Try to pay the intent with a payment method; a decline sets the status and raises nothing."""
    require_confirmable(intent)
    payment_methods.require_allowed(intent, method["type"])
    if return_url is not None:
        account.return_urls[intent["id"]] = return_url
    intent.update(payment_method=method["id"], last_payment_error=None, next_action=None)
    card = account.cards[method["id"]]
    if not card.requires_authentication:
        _attempt(account, intent, method)
        return
    intent.update(
        status="requires_action",
        next_action={
            "redirect_to_url": {
                "return_url": return_url,
                "url": f"{account.public_url}/authenticate/{intent['client_secret']}",
            },
            "type": "redirect_to_url",
        },
    )
    emit(account, "payment_intent.requires_action", intent)


def authenticate(account: Account, intent: Json, *, succeed: bool) -> None:
    """End the customer's 3-D Secure. Raises StripeError when the intent does not wait for it."""
    if intent["status"] != "requires_action":
        raise unexpected_state(intent, "This PaymentIntent does not wait for authentication.")
    method = account.payment_methods[intent["payment_method"]]
    intent["next_action"] = None
    if succeed:
        _attempt(account, intent, method)
        return
    _fail(
        account,
        intent,
        StripeError(
            _FAILED_AUTHENTICATION,
            code="payment_intent_authentication_failure",
            payment_method=deep_copy(method),
        ),
    )


def finish_processing(account: Account, intent: Json, *, succeed: bool) -> None:
    """End a payment that is `processing`. Raises StripeError when it is not."""
    if intent["status"] != "processing":
        raise unexpected_state(intent, "This PaymentIntent is not processing.")
    charge = account.charges[intent["latest_charge"]]
    if succeed:
        charge.update(status="succeeded", paid=True)
        emit(account, "charge.succeeded", charge)
        _succeed(account, intent)
        return
    method = account.payment_methods[intent["payment_method"]]
    code, message = "payment_method_provider_decline", "The customer's bank refused the debit."
    charges.fail_pending(account, charge, code, message)
    error = StripeError(
        message, code=code, charge=charge["id"], payment_method=deep_copy(method), kind="card_error"
    )
    _fail(account, intent, error)


def _attempt(account: Account, intent: Json, method: Json) -> None:
    card = account.cards[method["id"]]
    if card.decline is not None:
        _decline(account, intent, method)
    elif card.is_delayed:
        charge = charges.create(account, intent, method, "pending")
        intent["status"] = "processing"
        charges.credit(account, charge)
        emit(account, "charge.pending", charge)
        emit(account, "payment_intent.processing", intent)
    else:
        charge = charges.create(account, intent, method, "succeeded")
        is_credited_later = intent["capture_method"] == "automatic_async"
        if not is_credited_later:
            charges.credit(account, charge)
        emit(account, "charge.succeeded", charge)
        _succeed(account, intent)
        if is_credited_later:
            charges.credit(account, charge)
            emit(account, "charge.updated", charge, {"balance_transaction": None})
        if card.dispute_type:
            disputes.open_dispute(account, charge, inquiry=card.dispute_type == "inquiry")


def _succeed(account: Account, intent: Json) -> None:
    intent.update(status="succeeded", amount_received=intent["amount"])
    emit(account, "payment_intent.succeeded", intent)


def _decline(account: Account, intent: Json, method: Json) -> None:
    decline = account.cards[method["id"]].decline
    assert decline is not None  # noqa: S101 - the caller has checked
    charge = charges.create(account, intent, method, "failed")
    emit(account, "charge.failed", charge)
    details: Json = {"charge": charge["id"]}
    if decline.advice:
        details["advice_code"] = decline.advice
    if decline.decline_code:
        details["decline_code"] = decline.decline_code
    error = StripeError(
        decline.message,
        status=402,
        kind="card_error",
        code=decline.code,
        payment_method=deep_copy(method),
        **details,
    )
    _fail(account, intent, error)


def _fail(account: Account, intent: Json, error: StripeError) -> None:
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_payment_error=error.error,
    )
    emit(account, "payment_intent.payment_failed", intent)


def decline_of(intent: Json) -> StripeError | None:
    """Return the error for a request whose confirmation was declined, or None."""
    error = intent["last_payment_error"]
    if error is None:
        return None
    declined = StripeError(error["message"], status=402)
    declined.error = deep_copy(error) | {"payment_intent": deep_copy(intent)}
    return declined

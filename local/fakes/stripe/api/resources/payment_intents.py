"""`/v1/payment_intents`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.api.operation import EXPAND, LISTING, Call, Operation, get_by_path_id
from local.fakes.stripe.api.parameters import Text
from local.fakes.stripe.api.resources.payment_intent_parameters import (
    CANCEL,
    CONFIRM,
    CREATE,
    UPDATE,
)
from local.fakes.stripe.errors import StripeError, no_such
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments import payment_intents, payment_methods, payments

_PATH: Final = "/v1/payment_intents"


def _create(account: Account, call: Call) -> Json:
    parameters = call.parameters
    if parameters.get("confirm") and "payment_method" not in parameters:
        raise StripeError(
            "You must provide a payment method to confirm this PaymentIntent on creation.",
            code="parameter_missing",
            param="payment_method",
        )
    if not parameters.get("confirm") and "return_url" in parameters:
        raise StripeError(
            "The parameter `return_url` cannot be passed when creating a PaymentIntent unless "
            "`confirm` is set to true.",
            param="return_url",
        )
    if parameters.get("confirm"):
        _require_return_url(payment_intents.automatic_methods(parameters), call)
    intent = payment_intents.create(account, parameters)
    if parameters.get("confirm"):
        _pay(account, intent, account.payment_methods[intent["payment_method"]], call)
    return intent


def _update(account: Account, call: Call) -> Json:
    intent = _intent(account, call)
    payment_intents.update(account, intent, call.parameters)
    return intent


def _confirm(account: Account, call: Call) -> Json:
    intent = _intent(account, call)
    payments.require_confirmable(intent)
    _require_return_url(intent["automatic_payment_methods"], call)
    method = _method(account, intent, call)
    payment_methods.require_allowed(intent, method["type"])
    if "receipt_email" in call.parameters:
        intent["receipt_email"] = call.parameters["receipt_email"] or None
    _pay(account, intent, method, call)
    return intent


def _cancel(account: Account, call: Call) -> Json:
    intent = _intent(account, call)
    payment_intents.cancel(account, intent, call.parameters.get("cancellation_reason"))
    return intent


def _retrieve(account: Account, call: Call) -> Json:
    return _intent(account, call)


def _list(account: Account, call: Call) -> Json:
    return list_page(account.payment_intents, call.parameters, url=_PATH)


def _intent(account: Account, call: Call) -> Json:
    """Return the intent; a publishable key also needs the client secret. Raises StripeError."""
    secret = call.parameters.get("client_secret")
    if call.is_public and secret is None:
        raise StripeError(
            "Missing required param: client_secret.",
            code="parameter_missing",
            param="client_secret",
        )
    intent = get_by_path_id(account.payment_intents, call.identifier, "intent")
    if secret is not None and secret != intent["client_secret"]:
        raise no_such("payment_intent", call.identifier, param="client_secret")
    return intent


def _method(account: Account, intent: Json, call: Call) -> Json:
    name = call.parameters.get("payment_method") or intent["payment_method"]
    if name is None:
        raise StripeError(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
        )
    return payment_methods.resolve(account, name)


def _require_return_url(automatic: Json | None, call: Call) -> None:
    """Raise StripeError when a server confirms without the URL that a redirect would need."""
    redirects = automatic is not None and automatic["allow_redirects"] == "always"
    if redirects and not call.is_public and "return_url" not in call.parameters:
        raise StripeError(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
            "Because some of these payment methods might redirect your customer off of your page, "
            "you must provide a `return_url`. If you don't want to accept redirect-based payment "
            "methods, set `automatic_payment_methods[enabled]` to `true` and "
            "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents "
            "and Payment Intents."
        )


def _pay(account: Account, intent: Json, method: Json, call: Call) -> None:
    payments.confirm(account, intent, method, call.parameters.get("return_url"))
    declined = payments.decline_of(intent)
    if declined is not None:
        raise declined


OPERATIONS: Final = (
    Operation(
        method="POST",
        path=_PATH,
        answer_type="payment_intent",
        run=_create,
        parameters=CREATE,
    ),
    Operation(
        method="GET", path=_PATH, answer_type="list:payment_intent", run=_list, parameters=LISTING
    ),
    Operation(
        method="GET",
        path=f"{_PATH}/{{intent}}",
        answer_type="payment_intent",
        run=_retrieve,
        parameters=EXPAND | {"client_secret": Text()},
        is_public=True,
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{intent}}",
        answer_type="payment_intent",
        run=_update,
        parameters=UPDATE,
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{intent}}/confirm",
        answer_type="payment_intent",
        run=_confirm,
        parameters=CONFIRM,
        is_public=True,
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{intent}}/cancel",
        answer_type="payment_intent",
        run=_cancel,
        parameters=CANCEL,
    ),
)

"""`/v1/payment_methods`, with the parts that Stripe.js and `stripe trigger` use."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.operation import EXPAND, Call, Operation, retrieve_operation
from local.fakes.stripe.api.parameters import Choice, Group, Integer, Text
from local.fakes.stripe.cards import card_by_number
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments import payment_methods

_PATH: Final = "/v1/payment_methods"


def _create(account: Account, call: Call) -> Json:
    kind = call.parameters["type"]
    if kind not in call.parameters:
        raise StripeError(f"Missing required param: {kind}.", code="parameter_missing", param=kind)
    if kind == "card" and not call.is_public:
        raise StripeError(
            "Sending credit card numbers directly to the Stripe API is generally unsafe. To "
            "continue processing use Stripe.js, the Stripe mobile bindings, or Stripe Elements."
        )
    card = card_by_number(call.parameters[kind][_NUMBERS[kind]])
    return payment_methods.create(account, card, call.parameters.get("billing_details"))


_NUMBERS: Final = {"card": "number", "sepa_debit": "iban", "us_bank_account": "account_number"}


OPERATIONS: Final = (
    Operation(
        method="POST",
        path=_PATH,
        answer_type="payment_method",
        run=_create,
        parameters=EXPAND
        | {
            "billing_details": Group(parts={"email": Text(clearable=True), "name": Text()}),
            "card": Group(
                parts={
                    "number": Text(required=True),
                    "exp_month": Integer(required=True, minimum=1, maximum=12),
                    "exp_year": Integer(required=True, minimum=0),
                    "cvc": Text(max_length=4),
                }
            ),
            "sepa_debit": Group(parts={"iban": Text(required=True)}),
            "type": Choice(values=("card", "sepa_debit", "us_bank_account"), required=True),
            "us_bank_account": Group(
                parts={
                    "account_holder_type": Choice(values=("company", "individual")),
                    "account_number": Text(required=True),
                    "routing_number": Text(),
                }
            ),
        },
        is_public=True,
    ),
    retrieve_operation(
        f"{_PATH}/{{payment_method}}",
        "payment_method",
        lambda account: account.payment_methods,
        "payment_method",
    ),
)

"""`/v1/charges`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import listed
from local.fakes.stripe.api.operation import LISTING, Call, Operation, referred, retrieving
from local.fakes.stripe.api.parameters import Text
from local.fakes.stripe.objects import Json

_PATH: Final = "/v1/charges"


def _list(account: Account, call: Call) -> Json:
    references = narrowed(account, call)
    return listed(account.charges, call.parameters, url=_PATH, references=references)


def narrowed(account: Account, call: Call) -> dict[str, str]:
    """Return the payment intent and the charge that filter a list. Raises StripeError."""
    references = {}
    if "payment_intent" in call.parameters:
        references["payment_intent"] = call.parameters["payment_intent"]
        referred(account.payment_intents, references["payment_intent"], "payment_intent")
    if "charge" in call.parameters:
        references["charge"] = call.parameters["charge"]
        referred(account.charges, references["charge"], "charge")
    return references


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_PATH,
        answers="list:charge",
        run=_list,
        parameters=LISTING | {"payment_intent": Text()},
    ),
    retrieving(f"{_PATH}/{{charge}}", "charge", lambda account: account.charges, "charge"),
)

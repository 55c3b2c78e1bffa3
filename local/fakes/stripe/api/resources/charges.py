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
    return listed(account.charges, call.given, url=_PATH, references=references)


def narrowed(account: Account, call: Call) -> dict[str, str]:
    """Return what a list is narrowed by: a payment intent, a charge. Raises StripeError."""
    references = {}
    if "payment_intent" in call.given:
        references["payment_intent"] = call.given["payment_intent"]
        referred(account.payment_intents, references["payment_intent"], "payment_intent")
    if "charge" in call.given:
        references["charge"] = call.given["charge"]
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

"""`/v1/charges`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.api.operation import (
    LISTING,
    Call,
    Operation,
    get_by_parameter,
    retrieve_operation,
)
from local.fakes.stripe.api.parameters import Text
from local.fakes.stripe.objects import Json

_PATH: Final = "/v1/charges"


def _list(account: Account, call: Call) -> Json:
    references = list_filters(account, call)
    return list_page(account.charges, call.parameters, url=_PATH, references=references)


def list_filters(account: Account, call: Call) -> dict[str, str]:
    """Return the payment intent and the charge that filter a list. Raises StripeError."""
    references = {}
    if "payment_intent" in call.parameters:
        references["payment_intent"] = call.parameters["payment_intent"]
        get_by_parameter(account.payment_intents, references["payment_intent"], "payment_intent")
    if "charge" in call.parameters:
        references["charge"] = call.parameters["charge"]
        get_by_parameter(account.charges, references["charge"], "charge")
    return references


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_PATH,
        answer_type="list:charge",
        run=_list,
        parameters=LISTING | {"payment_intent": Text()},
    ),
    retrieve_operation(f"{_PATH}/{{charge}}", "charge", lambda account: account.charges, "charge"),
)

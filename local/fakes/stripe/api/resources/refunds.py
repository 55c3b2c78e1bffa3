"""`/v1/refunds`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.api.metadata import Metadata
from local.fakes.stripe.api.operation import (
    EXPAND,
    LISTING,
    Call,
    Operation,
    get_by_parameter,
    get_by_path_id,
    retrieve_operation,
)
from local.fakes.stripe.api.parameters import Choice, Integer, Text
from local.fakes.stripe.api.resources.charges import list_filters
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments import refunds

_PATH: Final = "/v1/refunds"


def _create(account: Account, call: Call) -> Json:
    return refunds.create(account, _charge(account, call.parameters), call.parameters)


def _charge(account: Account, parameters: Json) -> Json:
    """Return the charge to refund. Raises StripeError."""
    intent = None
    if "payment_intent" in parameters:
        intent = get_by_parameter(
            account.payment_intents, parameters["payment_intent"], "payment_intent"
        )
    if "charge" in parameters:
        charge = get_by_parameter(account.charges, parameters["charge"], "charge")
        if intent is not None and charge["payment_intent"] != intent["id"]:
            raise StripeError(
                f"Charge {charge['id']} does not belong to the PaymentIntent {intent['id']}.",
                param="charge",
            )
        intent = account.payment_intents[charge["payment_intent"]]
    elif intent is None:
        raise StripeError(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            code="parameter_missing",
        )
    else:
        charge = account.charges.get(intent["latest_charge"] or "") or {"status": "none"}
    if charge["status"] != "succeeded":
        raise StripeError(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        )
    return charge


def _update(account: Account, call: Call) -> Json:
    refund = get_by_path_id(account.refunds, call.identifier, "refund")
    if "metadata" in call.parameters:
        refunds.update(account, refund, call.parameters["metadata"])
    return refund


def _cancel(account: Account, call: Call) -> Json:
    refund = get_by_path_id(account.refunds, call.identifier, "refund")
    refunds.cancel(account, refund)
    return refund


def _list(account: Account, call: Call) -> Json:
    references = list_filters(account, call)
    return list_page(account.refunds, call.parameters, url=_PATH, references=references)


OPERATIONS: Final = (
    Operation(
        method="POST",
        path=_PATH,
        answer_type="refund",
        run=_create,
        parameters=EXPAND
        | {
            "amount": Integer(minimum=1),
            "charge": Text(),
            "metadata": Metadata(clearable=True),
            "payment_intent": Text(),
            "reason": Choice(values=("duplicate", "fraudulent", "requested_by_customer")),
        },
    ),
    Operation(
        method="GET",
        path=_PATH,
        answer_type="list:refund",
        run=_list,
        parameters=LISTING | {"charge": Text(), "payment_intent": Text()},
    ),
    retrieve_operation(f"{_PATH}/{{refund}}", "refund", lambda account: account.refunds, "refund"),
    Operation(
        method="POST",
        path=f"{_PATH}/{{refund}}",
        answer_type="refund",
        run=_update,
        parameters=EXPAND | {"metadata": Metadata(clearable=True)},
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{refund}}/cancel",
        answer_type="refund",
        run=_cancel,
        parameters=EXPAND,
    ),
)

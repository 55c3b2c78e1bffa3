"""`/v1/balance_transactions`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.api.operation import LISTING, Call, Operation, retrieve_operation
from local.fakes.stripe.api.parameters import Choice, Text
from local.fakes.stripe.objects import Json

_PATH: Final = "/v1/balance_transactions"


def _list(account: Account, call: Call) -> Json:
    return list_page(
        account.balance_transactions,
        call.parameters,
        url=_PATH,
        references={
            name: call.parameters[name]
            for name in ("source", "type", "currency")
            if name in call.parameters
        },
    )


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_PATH,
        answer_type="list:balance_transaction",
        run=_list,
        parameters=LISTING
        | {
            "currency": Choice(values=("usd", "eur"), ignores_case=True),
            "source": Text(),
            "type": Text(),
        },
    ),
    retrieve_operation(
        f"{_PATH}/{{id}}",
        "balance_transaction",
        lambda account: account.balance_transactions,
        "id",
    ),
)

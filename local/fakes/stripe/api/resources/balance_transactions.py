"""`/v1/balance_transactions`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import listed
from local.fakes.stripe.api.operation import LISTING, Call, Operation, retrieving
from local.fakes.stripe.api.parameters import Choice, Text
from local.fakes.stripe.objects import Json

_PATH: Final = "/v1/balance_transactions"


def _list(account: Account, call: Call) -> Json:
    return listed(
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
        answers="list:balance_transaction",
        run=_list,
        parameters=LISTING
        | {
            "currency": Choice(words=("usd", "eur"), any_case=True),
            "source": Text(),
            "type": Text(),
        },
    ),
    retrieving(
        f"{_PATH}/{{id}}",
        "balance_transaction",
        lambda account: account.balance_transactions,
        "id",
    ),
)

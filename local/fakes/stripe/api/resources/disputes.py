"""`/v1/disputes`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import listed
from local.fakes.stripe.api.metadata import Metadata
from local.fakes.stripe.api.operation import EXPAND, LISTING, Call, Operation, named, retrieving
from local.fakes.stripe.api.parameters import Boolean, Group, Text
from local.fakes.stripe.api.resources.charges import narrowed
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments import disputes

_PATH: Final = "/v1/disputes"


def _update(account: Account, call: Call) -> Json:
    dispute = named(account.disputes, call.identifier, "dispute")
    disputes.update(account, dispute, call.parameters)
    return dispute


def _close(account: Account, call: Call) -> Json:
    dispute = named(account.disputes, call.identifier, "dispute")
    disputes.accept(account, dispute)
    return dispute


def _list(account: Account, call: Call) -> Json:
    references = narrowed(account, call)
    return listed(account.disputes, call.parameters, url=_PATH, references=references)


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_PATH,
        answers="list:dispute",
        run=_list,
        parameters=LISTING | {"charge": Text(), "payment_intent": Text()},
    ),
    retrieving(f"{_PATH}/{{dispute}}", "dispute", lambda account: account.disputes, "dispute"),
    Operation(
        method="POST",
        path=f"{_PATH}/{{dispute}}",
        answers="dispute",
        run=_update,
        parameters=EXPAND
        | {
            "evidence": Group(
                parts={"uncategorized_text": Text(longest=20_000, clears=True, required=True)}
            ),
            "metadata": Metadata(clears=True),
            "submit": Boolean(),
        },
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{dispute}}/close",
        answers="dispute",
        run=_close,
        parameters=EXPAND,
    ),
)

"""`/v1/disputes`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.api.metadata import Metadata
from local.fakes.stripe.api.operation import (
    EXPAND,
    LISTING,
    Call,
    Operation,
    get_by_path_id,
    retrieve_operation,
)
from local.fakes.stripe.api.parameters import Boolean, Group, Text
from local.fakes.stripe.api.resources.charges import list_filters
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments import disputes

_PATH: Final = "/v1/disputes"


def _update(account: Account, call: Call) -> Json:
    dispute = get_by_path_id(account.disputes, call.identifier, "dispute")
    disputes.update(account, dispute, call.parameters)
    return dispute


def _close(account: Account, call: Call) -> Json:
    dispute = get_by_path_id(account.disputes, call.identifier, "dispute")
    disputes.accept(account, dispute)
    return dispute


def _list(account: Account, call: Call) -> Json:
    references = list_filters(account, call)
    return list_page(account.disputes, call.parameters, url=_PATH, references=references)


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_PATH,
        answer_type="list:dispute",
        run=_list,
        parameters=LISTING | {"charge": Text(), "payment_intent": Text()},
    ),
    retrieve_operation(
        f"{_PATH}/{{dispute}}", "dispute", lambda account: account.disputes, "dispute"
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{dispute}}",
        answer_type="dispute",
        run=_update,
        parameters=EXPAND
        | {
            "evidence": Group(
                parts={"uncategorized_text": Text(max_length=20_000, clearable=True, required=True)}
            ),
            "metadata": Metadata(clearable=True),
            "submit": Boolean(),
        },
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{dispute}}/close",
        answer_type="dispute",
        run=_close,
        parameters=EXPAND,
    ),
)

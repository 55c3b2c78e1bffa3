"""`/v1/webhook_endpoints`."""

import re
from typing import Final

from local.fakes.stripe.account import webhook_endpoints
from local.fakes.stripe.account.account import Account
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.api.metadata import Metadata
from local.fakes.stripe.api.operation import (
    EXPAND,
    PAGING,
    Call,
    Operation,
    get_by_path_id,
    retrieve_operation,
)
from local.fakes.stripe.api.parameters import Array, Boolean, Choice, Parameter, Text
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json
from local.fakes.stripe.version import API_VERSION

_PATH: Final = "/v1/webhook_endpoints"
_EVENTS: Final = Array(item=Text(), max_items=500)
_SHARED: Final[dict[str, Parameter]] = EXPAND | {
    "description": Text(clearable=True),
    "metadata": Metadata(clearable=True),
}


def _create(account: Account, call: Call) -> Json:
    _check(call.parameters)
    endpoint = webhook_endpoints.create(account, call.parameters)
    # Only this answer contains the secret.
    return endpoint | {"secret": account.secrets.current(endpoint["id"])}


def _update(account: Account, call: Call) -> Json:
    endpoint = get_by_path_id(account.webhook_endpoints, call.identifier, "webhook_endpoint")
    _check(call.parameters)
    webhook_endpoints.update(endpoint, call.parameters)
    return endpoint


def _delete(account: Account, call: Call) -> Json:
    endpoint = get_by_path_id(account.webhook_endpoints, call.identifier, "webhook_endpoint")
    account.webhook_endpoints.remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def _list(account: Account, call: Call) -> Json:
    return list_page(account.webhook_endpoints, call.parameters, url=_PATH)


def _check(parameters: Json) -> None:
    if "url" in parameters and not re.match(r"https?://[^/\s]+", parameters["url"]):
        raise StripeError(
            "Invalid URL: URL must be publicly accessible.", code="url_invalid", param="url"
        )
    for place, kind in enumerate(parameters.get("enabled_events", ())):
        if not re.fullmatch(r"\*|[a-z0-9_]+(\.[a-z0-9_]+)+", kind):
            raise StripeError(
                f"Invalid enabled_events[{place}]: {kind}", param=f"enabled_events[{place}]"
            )


OPERATIONS: Final = (
    Operation(
        method="POST",
        path=_PATH,
        answer_type="webhook_endpoint",
        run=_create,
        parameters=_SHARED
        | {
            "api_version": Choice(values=(API_VERSION,)),
            "enabled_events": Array(item=Text(), max_items=500, required=True),
            "url": Text(required=True),
        },
    ),
    Operation(
        method="GET",
        path=_PATH,
        answer_type="list:webhook_endpoint",
        run=_list,
        parameters=EXPAND | PAGING,
    ),
    retrieve_operation(
        f"{_PATH}/{{webhook_endpoint}}",
        "webhook_endpoint",
        lambda account: account.webhook_endpoints,
        "webhook_endpoint",
    ),
    Operation(
        method="POST",
        path=f"{_PATH}/{{webhook_endpoint}}",
        answer_type="webhook_endpoint",
        run=_update,
        parameters=_SHARED | {"disabled": Boolean(), "enabled_events": _EVENTS, "url": Text()},
    ),
    Operation(
        method="DELETE",
        path=f"{_PATH}/{{webhook_endpoint}}",
        answer_type="webhook_endpoint",
        run=_delete,
        parameters={},
    ),
)

"""`/v1/events`."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.events import is_kept
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.api.operation import EXPAND, LISTING, Call, Operation, get_by_path_id
from local.fakes.stripe.api.parameters import Array, Boolean, Text
from local.fakes.stripe.errors import StripeError, no_such
from local.fakes.stripe.objects import Json

_PATH: Final = "/v1/events"


def _retrieve(account: Account, call: Call) -> Json:
    event = get_by_path_id(account.events, call.identifier)
    if not is_kept(account, event):
        raise no_such("event", call.identifier, param="id")
    return event


def _list(account: Account, call: Call) -> Json:
    parameters = call.parameters
    if "type" in parameters and "types" in parameters:
        raise StripeError("You may only specify one of these parameters: type, types.")
    requested = parameters.get("types", [parameters["type"]] if "type" in parameters else None)
    delivered = parameters.get("delivery_success")

    def accept(event: Json) -> bool:
        return (
            is_kept(account, event)
            and (requested is None or any(_matches(event["type"], kind) for kind in requested))
            and (delivered is None or (event["pending_webhooks"] == 0) == delivered)
        )

    return list_page(account.events, parameters, url=_PATH, accept=accept)


def _matches(kind: str, requested: str) -> bool:
    """Return whether a type matches the requested one, which may be a prefix like `charge.*`."""
    if requested.endswith("*"):
        return kind.startswith(requested[:-1])
    return kind == requested


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_PATH,
        answer_type="list:event",
        run=_list,
        parameters=LISTING
        | {
            "delivery_success": Boolean(),
            "type": Text(),
            "types": Array(item=Text(), max_items=20),
        },
    ),
    Operation(
        method="GET", path=f"{_PATH}/{{id}}", answer_type="event", run=_retrieve, parameters=EXPAND
    ),
)

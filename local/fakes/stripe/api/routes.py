"""Find the operation of a method and a path."""

from typing import Final

from local.fakes.stripe.api.operation import Operation
from local.fakes.stripe.api.resources import (
    balance_transactions,
    charges,
    disputes,
    events,
    payment_intents,
    payment_methods,
    refunds,
    webhook_endpoints,
)
from local.fakes.stripe.errors import StripeError

OPERATIONS: Final = (
    *payment_intents.OPERATIONS,
    *charges.OPERATIONS,
    *refunds.OPERATIONS,
    *disputes.OPERATIONS,
    *balance_transactions.OPERATIONS,
    *events.OPERATIONS,
    *webhook_endpoints.OPERATIONS,
    *payment_methods.OPERATIONS,
)
_ID: Final = 3  # the place of an id in "/v1/refunds/re_1/cancel".split("/")


def _key(method: str, path: str) -> tuple[str, ...]:
    parts = path.split("/")
    return (method, *parts[:_ID], *(["{}"] if len(parts) > _ID else []), *parts[_ID + 1 :])


_BY_ROUTE: Final = {_key(each.method, each.path): each for each in OPERATIONS}


def route(method: str, path: str) -> tuple[Operation, str]:
    """Return the operation and the id in the path. Raises StripeError (404)."""
    parts = path.split("/")
    operation = _BY_ROUTE.get(_key(method, path))
    identifier = parts[_ID] if len(parts) > _ID else ""
    if operation is None or (len(parts) > _ID and not identifier):
        raise StripeError(
            f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or "
            "we can help at https://support.stripe.com/.",
            status=404,
        )
    return operation, identifier

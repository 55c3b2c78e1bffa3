"""An operation of the API as data: its route, its parameters, its function, its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.api.parameters import (
    Array,
    Integer,
    Parameter,
    ParameterTable,
    Text,
    TimeRange,
)
from local.fakes.stripe.errors import no_such
from local.fakes.stripe.objects import Json


@dataclass(frozen=True, slots=True)
class Call:
    """A request for an operation: the id in its path, its parameters, and the kind of its key."""

    identifier: str
    parameters: Json
    is_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method and a path (`{…}` is the id), with its parameters, its function and its answer.

    `answer_type` is the type of the answer, for `expand[]`. `is_public` allows publishable keys.
    """

    method: str
    path: str
    answer_type: str
    run: Callable[[Account, Call], Json]
    parameters: ParameterTable
    is_public: bool = False


EXPAND: Final[dict[str, Parameter]] = {"expand": Array(item=Text())}
PAGING: Final[dict[str, Parameter]] = {
    "limit": Integer(minimum=1, maximum=100),
    "starting_after": Text(),
    "ending_before": Text(),
}
LISTING: Final[dict[str, Parameter]] = EXPAND | PAGING | {"created": TimeRange()}


def get_by_path_id(collection: Collection, identifier: str, param: str = "id") -> Json:
    """Return the object with the id in a path. Raises StripeError (404)."""
    found = collection.get(identifier)
    if found is None:
        raise no_such(collection.noun, identifier, param=param)
    return found


def get_by_parameter(collection: Collection, identifier: str, param: str) -> Json:
    """Return the object with the id in a parameter. Raises StripeError (400)."""
    found = collection.get(identifier)
    if found is None:
        raise no_such(collection.noun, identifier, param=param, status=400)
    return found


def retrieve_operation(
    path: str, answer_type: str, collection: Callable[[Account], Collection], param: str
) -> Operation:
    """Return the operation that returns one object."""
    return Operation(
        method="GET",
        path=path,
        answer_type=answer_type,
        run=lambda account, call: get_by_path_id(collection(account), call.identifier, param),
        parameters=EXPAND,
    )

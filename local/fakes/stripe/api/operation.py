"""An operation of the API as data: its route, its parameters, its function, its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.api.parameters import Integer, Listed, Moment, Parameter, Table, Text
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

    `answers` is the type of the answer, for `expand[]`. `is_public` allows publishable keys.
    """

    method: str
    path: str
    answers: str
    run: Callable[[Account, Call], Json]
    parameters: Table
    is_public: bool = False


EXPAND: Final[dict[str, Parameter]] = {"expand": Listed(item=Text())}
PAGING: Final[dict[str, Parameter]] = {
    "limit": Integer(least=1, most=100),
    "starting_after": Text(),
    "ending_before": Text(),
}
LISTING: Final[dict[str, Parameter]] = EXPAND | PAGING | {"created": Moment()}


def named(collection: Collection, identifier: str, param: str = "id") -> Json:
    """Return the object with the id in a path. Raises StripeError (404)."""
    found = collection.get(identifier)
    if found is None:
        raise no_such(collection.noun, identifier, param=param)
    return found


def referred(collection: Collection, identifier: str, param: str) -> Json:
    """Return the object with the id in a parameter. Raises StripeError (400)."""
    found = collection.get(identifier)
    if found is None:
        raise no_such(collection.noun, identifier, param=param, status=400)
    return found


def retrieving(
    path: str, answers: str, collection: Callable[[Account], Collection], param: str
) -> Operation:
    """Return the operation that returns one object."""
    return Operation(
        method="GET",
        path=path,
        answers=answers,
        run=lambda account, call: named(collection(account), call.identifier, param),
        parameters=EXPAND,
    )

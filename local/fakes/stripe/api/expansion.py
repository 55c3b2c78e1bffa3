"""`expand[]`: ids in an answer become the objects they name."""

from typing import Any, Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.account.views import view
from local.fakes.stripe.api.listing import listed
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json

type Tree = dict[str, Any]

_DEEPEST: Final = 4
_LIST: Final = "list:"
# By type: the fields that expand, and the types that they may turn into.
_EXPANDABLE: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "payment_intent": {"latest_charge": ("charge",), "payment_method": ("payment_method",)},
    "charge": {
        "balance_transaction": ("balance_transaction",),
        "failure_balance_transaction": ("balance_transaction",),
        "payment_intent": ("payment_intent",),
        "refunds": ("list:refund",),
    },
    "refund": {
        "balance_transaction": ("balance_transaction",),
        "charge": ("charge",),
        "failure_balance_transaction": ("balance_transaction",),
        "payment_intent": ("payment_intent",),
    },
    "dispute": {"charge": ("charge",), "payment_intent": ("payment_intent",)},
    "balance_transaction": {"source": ("charge", "refund", "dispute")},
}


def tree(paths: list[str], answers: str) -> Tree:
    """Return the paths as a tree. Raises StripeError when one cannot be expanded."""
    grown: Tree = {}
    for path in paths:
        parts = path.split(".")
        if len(parts) > _DEEPEST:
            raise StripeError(
                f"You cannot expand more than {_DEEPEST} levels of a property.", param="expand"
            )
        types: tuple[str, ...] = (answers,)
        for part in parts:
            types = tuple({each for kind in types for each in _below(kind, part)})
            if not types:
                raise _refused(path, parts[0], answers)
        branch = grown
        for part in parts:
            branch = branch.setdefault(part, {})
    return grown


def expanded(account: Account, thing: Json, wanted: Tree) -> Json:
    """Return the object as an answer shows it: as it is now, with what is wanted expanded."""
    if thing["object"] == "list":
        below = wanted.get("data", {})
        return thing | {"data": [expanded(account, each, below) for each in thing["data"]]}
    shown = view(account, thing)
    if not wanted:
        return shown
    shown = dict(shown)
    for name, below in wanted.items():
        if name == "refunds" and shown["object"] == "charge":
            shown[name] = expanded(account, _refunds(account, shown), below)
        elif isinstance(shown.get(name), str):
            found = _find(account, shown[name])
            shown[name] = expanded(account, found, below)
    return shown


def _below(kind: str, part: str) -> tuple[str, ...]:
    if kind.startswith(_LIST):
        return (kind.removeprefix(_LIST),) if part == "data" else ()
    return _EXPANDABLE.get(kind, {}).get(part, ())


def _refused(path: str, first: str, answers: str) -> StripeError:
    message = f"This property cannot be expanded ({path})."
    if answers.startswith(_LIST) and first != "data":
        message += f" You may want to try expanding 'data.{path}' instead."
    return StripeError(message, param="expand")


def _refunds(account: Account, charge: Json) -> Json:
    return listed(
        account.refunds,
        {},
        url=f"/v1/charges/{charge['id']}/refunds",
        references={"charge": charge["id"]},
    )


def _find(account: Account, identifier: str) -> Json:
    collections: dict[str, Collection] = {
        "pi": account.payment_intents,
        "pm": account.payment_methods,
        "ch": account.charges,
        "py": account.charges,
        "re": account.refunds,
        "pyr": account.refunds,
        "du": account.disputes,
        "txn": account.balance_transactions,
    }
    return collections[identifier.split("_", 1)[0]][identifier]

"""`expand[]`, which replaces ids in an answer by their objects."""

from typing import Any, Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.account.views import current_view
from local.fakes.stripe.api.listing import list_page
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json

type ExpansionTree = dict[str, Any]

_DEEPEST: Final = 4
_LIST: Final = "list:"
# The fields that can be expanded, by type, and the types of the objects in their place.
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


def expansion_tree(paths: list[str], answer_type: str) -> ExpansionTree:
    """Return the paths as a tree. Raises StripeError when a path cannot be expanded."""
    root: ExpansionTree = {}
    for path in paths:
        parts = path.split(".")
        if len(parts) > _DEEPEST:
            raise StripeError(
                f"You cannot expand more than {_DEEPEST} levels of a property.", param="expand"
            )
        types: tuple[str, ...] = (answer_type,)
        for part in parts:
            types = tuple({each for kind in types for each in _below(kind, part)})
            if not types:
                raise _not_expandable(path, parts[0], answer_type)
        branch = root
        for part in parts:
            branch = branch.setdefault(part, {})
    return root


def expand(account: Account, stored: Json, fields: ExpansionTree) -> Json:
    """Return the object's present view, with `fields` expanded."""
    if stored["object"] == "list":
        below = fields.get("data", {})
        return stored | {"data": [expand(account, each, below) for each in stored["data"]]}
    expanded = current_view(account, stored)
    if not fields:
        return expanded
    expanded = dict(expanded)
    for name, below in fields.items():
        if name == "refunds" and expanded["object"] == "charge":
            expanded[name] = expand(account, _refunds(account, expanded), below)
        elif isinstance(expanded.get(name), str):
            found = _find(account, expanded[name])
            expanded[name] = expand(account, found, below)
    return expanded


def _below(kind: str, part: str) -> tuple[str, ...]:
    if kind.startswith(_LIST):
        return (kind.removeprefix(_LIST),) if part == "data" else ()
    return _EXPANDABLE.get(kind, {}).get(part, ())


def _not_expandable(path: str, first: str, answer_type: str) -> StripeError:
    message = f"This property cannot be expanded ({path})."
    if answer_type.startswith(_LIST) and first != "data":
        message += f" You may want to try expanding 'data.{path}' instead."
    return StripeError(message, param="expand")


def _refunds(account: Account, charge: Json) -> Json:
    return list_page(
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

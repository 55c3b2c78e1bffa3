"""Stripe's form encoding: `metadata[booking_id]=…`, `expand[]=…`, `expand[0]=…`."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from local.fakes.stripe.objects import Json

_PARTS: Final = re.compile(r"\[([^\]]*)\]")


def decode(encoded: str) -> Json:
    """Return the parameters as nested objects and lists of strings; the last of a name counts."""
    tree: Json = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        bracket = name.find("[")
        if bracket < 1:
            tree[name] = value
        else:
            _put(tree, [name[:bracket], *_PARTS.findall(name[bracket:])], value)
    return {name: _with_lists(value) for name, value in tree.items()}


def _put(tree: Json, path: list[str], value: str) -> None:
    *parents, leaf = path
    for part in parents:
        branch = tree.setdefault(part, {})
        if not isinstance(branch, dict):
            branch = tree[part] = {}
        tree = branch
    tree[leaf or str(len(tree))] = value


def _with_lists(value: Any) -> Any:
    """Return the value with objects whose names are 0, 1, 2 … turned into lists."""
    if not isinstance(value, dict):
        return value
    values = {name: _with_lists(each) for name, each in value.items()}
    if values and all(name == str(place) for place, name in enumerate(values)):
        return list(values.values())
    return values

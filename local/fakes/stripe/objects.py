"""Stripe's objects are plain JSON here; this is how they are copied and told apart."""

from typing import Any, Final

type Json = dict[str, Any]

_NESTED: Final = (dict, list)


def copied(value: Any) -> Any:
    """Return a deep copy of a JSON value."""
    # Most values are plain: asking for the class here spares a call for each of them.
    if isinstance(value, dict):
        return {
            name: copied(each) if each.__class__ in _NESTED else each
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [copied(each) if each.__class__ in _NESTED else each for each in value]
    return value


def merged(metadata: Json, changes: Json | str) -> Json:
    """Return metadata with Stripe's changes applied: an empty value removes, "" removes all."""
    if isinstance(changes, str):
        return {}
    return {name: value for name, value in (metadata | changes).items() if value != ""}

"""Stripe's objects as plain JSON, and functions to copy and merge them."""

from typing import Any, Final

type Json = dict[str, Any]

_NESTED: Final = (dict, list)


def deep_copy(value: Any) -> Any:
    """Return a deep copy of a JSON value."""
    # Most values are plain. The check of the class here saves a call for each of them.
    if isinstance(value, dict):
        return {
            name: deep_copy(each) if each.__class__ in _NESTED else each
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [deep_copy(each) if each.__class__ in _NESTED else each for each in value]
    return value


def merge_metadata(metadata: Json, changes: Json | str) -> Json:
    """Return metadata with changes applied; an empty value removes a key, "" removes all keys."""
    if isinstance(changes, str):
        return {}
    return {name: value for name, value in (metadata | changes).items() if value != ""}

"""Convert plain Python values to DynamoDB attribute values and back.

boto3's serializer takes 15 % of a cold start and returns numbers as Decimal. Here they stay int.
"""

from collections.abc import Mapping
from typing import Any

type Item = dict[str, Any]
"""An item as plain values: str, bytes, int, bool, list, dict, and frozenset of str."""

type Key = tuple[str, str]
"""The partition key and the sort key of an item."""

type AttributeMap = dict[str, dict[str, Any]]
"""An item in the form of DynamoDB's API."""


def to_attributes(item: Mapping[str, Any]) -> AttributeMap:
    """Return `item` in the form of DynamoDB's API, without the keys whose value is None."""
    return {name: to_attribute(value) for name, value in item.items() if value is not None}


def to_attribute(value: Any) -> dict[str, Any]:
    """Return one attribute value; raises `TypeError` for a type that is not stored, as float."""
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str() | bytes():
            return {"S" if isinstance(value, str) else "B": value}
        case list() | tuple():
            return {"L": [to_attribute(each) for each in value]}
        case frozenset():
            return {"SS": sorted(value)}
        case Mapping():
            return {"M": to_attributes(value)}
        case _:
            raise TypeError(f"{type(value).__name__} is not a type that we store")


def from_attributes(attributes: AttributeMap) -> Item:
    """Return the plain values of an item read from DynamoDB."""
    return {name: _from_attribute(value) for name, value in attributes.items()}


def _from_attribute(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "L":
            return [_from_attribute(each) for each in value]
        case "SS":
            return frozenset(value)
        case "M":
            return from_attributes(value)
        case _:
            return value


def plain(thing: Any) -> Item:
    """Return the fields of a flat dataclass; the caller replaces values that are not plain."""
    return {name: getattr(thing, name) for name in thing.__slots__}

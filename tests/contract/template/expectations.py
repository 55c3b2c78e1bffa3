"""Tables of the template's expected values; a value that no table names is a difference.

A table maps a path (`Properties.TimeToLiveSpecification.Enabled`) to its expected value, in which
a `Check` or a `PartOf` may stand at any depth. In a table for all resources of one kind, `<Name>`
stands for the logical id without the kind's suffix, `<name>` for the same in snake case.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from tests.builders import ROOT
from tests.contract.documents import snake

type Table = Mapping[str, Any]

HERE: Final = "tests/contract/template/"


@dataclass(frozen=True)
class Check:
    """A check of a value, with a description of the valid values."""

    expected: str
    holds: Callable[[Any], bool]

    def __repr__(self) -> str:
        return self.expected


@dataclass(frozen=True)
class PartOf:
    """Some of the values of a table, at least one."""

    whole: Table


@dataclass(frozen=True)
class Row:
    """The differences of one resource from its kind, with the reason; ABSENT removes a path."""

    why: str
    table: Table


@dataclass(frozen=True)
class Kind:
    """The expected values of every resource of a type, and the rows of those that differ."""

    type: str
    suffix: str
    every: Table
    rows: Mapping[str, Row] = field(default_factory=dict)

    def table(self, logical_id: str) -> Table:
        """Return the expected values of the resource."""
        whole: Table = {"Type": self.type, **self.every}
        if row := self.rows.get(logical_id):
            whole = {**whole, **row.table}
        expected = {path: value for path, value in whole.items() if value is not ABSENT}
        stem = logical_id.removesuffix(self.suffix)
        named: Table = _filled(expected, stem)
        return named


ABSENT: Final = Check("nothing", lambda _: False)
MISSING: Final = object()

sentence: Final = Check(
    "a sentence of at most 200 characters",
    lambda value: (
        isinstance(value, str)
        and bool(re.fullmatch(r"[A-Za-z_].{5,198}\.", value.strip(), re.DOTALL))
    ),
)


def proved_by(test: str) -> Check:
    """Return a check that leaves the value to an existing test, `file.py::test_name`."""
    file, _, name = test.partition("::")
    path = ROOT / (file if "/" in file else HERE + file)
    if not re.search(rf"^(async )?def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE):
        raise LookupError(f"{path.relative_to(ROOT)} has no {name}.")
    return Check(f"what {test} proves", lambda value: value is not MISSING)


def differences(actual: Mapping[str, Any], table: Table) -> list[str]:
    """Return the paths at which `actual` differs from `table` or that `table` does not have."""
    rest: Any = deepcopy(dict(actual))
    found: list[str] = []
    for path, expected in table.items():
        found += _unequal(path, _take(rest, path.split(".")), expected)
    return found + [
        each for path, value in _leaves(rest) for each in _unequal(path, value, MISSING)
    ]


def _unequal(path: str, value: Any, expected: Any) -> Iterator[str]:
    """Yield the deepest paths at which a value is not as expected."""
    match expected:
        case Check() if expected.holds(value):
            pass
        case PartOf() if isinstance(value, dict) and value:
            for key, each in value.items():
                yield from _unequal(f"{path}.{key}", each, expected.whole.get(key, MISSING))
        case dict() if isinstance(value, dict):
            for key in expected | value:
                at_key = value.get(key, MISSING), expected.get(key, MISSING)
                yield from _unequal(f"{path}.{key}", *at_key)
        case list() if isinstance(value, list) and len(value) == len(expected):
            for index, pair in enumerate(zip(value, expected, strict=True)):
                yield from _unequal(f"{path}[{index}]", *pair)
        case _ if expected is MISSING:
            yield f"{path}: {value!r}, which no table expects"
        # In Python, True equals 1.
        case _ if type(value) is not type(expected) or value != expected:
            yield f"{path}: {'nothing' if value is MISSING else repr(value)}, expected {expected!r}"


def _take(node: Any, keys: list[str]) -> Any:
    """Remove and return the value at `keys` of `node`; remove mappings that become empty."""
    key, *further = keys
    if not isinstance(node, dict) or key not in node:
        return MISSING
    if not further:
        return node.pop(key)
    value = _take(node[key], further)
    if node[key] == {}:
        del node[key]
    return value


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif node != {} or path:
        yield path, node


def _filled(node: Any, name: str) -> Any:
    """Return `node` with a resource's name in place of `<Name>` and `<name>`."""
    match node:
        case str():
            return node.replace("<Name>", name).replace("<name>", snake(name))
        case dict():
            return {key: _filled(value, name) for key, value in node.items()}
        case list():
            return [_filled(value, name) for value in node]
    return node


def ref(name: str) -> dict[str, str]:
    """Return the long form of `!Ref`."""
    return {"Ref": name}


def get_att(name: str, attribute: str) -> dict[str, list[str]]:
    """Return the long form of `!GetAtt`."""
    return {"Fn::GetAtt": [name, attribute]}


def sub(text: str) -> dict[str, str]:
    """Return the long form of `!Sub`."""
    return {"Fn::Sub": text}


def when(condition: str, then: Any, otherwise: Any) -> dict[str, list[Any]]:
    """Return the long form of `!If`."""
    return {"Fn::If": [condition, then, otherwise]}


EXCEPT_LOCALLY: Final = {"Fn::If": ["IsLocal", False, True]}
"""True on every stage of AWS; the local cloud is temporary and has no tracing."""

"""Names in the template and the contract that mean nothing: the emulator deploys them silently."""

import re
from collections.abc import Iterator
from typing import Any, Final

_VARIABLE: Final = re.compile(r"\$\{([^!}][^}]*)\}")
_GENERATED: Final = ("Role", "Url", "Stage")
"""The endings of resources that SAM adds to a function or an API."""


def dangling_references(template: dict[str, Any], *documents: dict[str, Any]) -> list[str]:
    """Return the references to no parameter, resource or condition, each with its place.

    `documents` are those that the template includes.
    """
    resources = template["Resources"].keys()
    known = template.get("Parameters", {}).keys() | resources
    known |= {f"{name}{ending}" for name in resources for ending in _GENERATED}
    conditions = template.get("Conditions", {}).keys()
    sections = {name: node for name, node in template.items() if name != "Metadata"}
    return [
        f"{place}: there is no {name}"
        for node in (sections, *documents)
        for place, name in _references(node, "")
        if name not in known | conditions and not name.startswith("AWS::")
    ]


def _references(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield the names at `node` and below, each with the path to it."""
    match node:
        case dict():
            yield from ((place, name) for name in _names(node))
            for key, value in node.items():
                yield from _references(value, f"{place}.{key}" if place else str(key))
        case list():
            for index, value in enumerate(node):
                yield from _references(value, f"{place}[{index}]")


def _names(node: dict[str, Any]) -> set[str]:
    """Return what an intrinsic or a resource refers to by name."""
    match node:
        case {"Ref": str(name)}:
            return {name}
        case {"Fn::GetAtt": [str(name), *_]}:
            return {_before_dot(name)}
        case {"Fn::If": [str(condition), *_]}:
            return {condition}
        case {"Fn::Sub": str(text)}:
            return {_before_dot(name) for name in _VARIABLE.findall(text)}
        case {"Fn::Sub": [str(text), dict(values)]}:
            return {_before_dot(name) for name in _VARIABLE.findall(text)} - values.keys()
    named = (node.get("Condition"), node.get("DependsOn"))
    return {each for each in named if isinstance(each, str)}


def _before_dot(name: str) -> str:
    return name.partition(".")[0]

"""The five places of an endpoint: contract, template, function, event and test."""

from functools import cache
from pathlib import Path
from typing import Final

from tests.builders import ROOT
from tests.contract.documents import (
    SUBSCRIPTION,
    TEMPLATE,
    TRIGGERS,
    Operation,
    operations,
    pascal,
    snake,
)

KINDS: Final = {
    "AWS::Serverless::Function": "Function",
    "AWS::Logs::LogGroup": "LogGroup",
    "AWS::Lambda::Permission": "Permission",
}
"""The resources of an operation, by the ending of their logical ids."""

OTHER_RESOURCES: Final = frozenset({"ApiAccessLogGroup"})
"""Resources of these kinds that belong to no function."""

_PLACEHOLDER: Final = "TO WRITE"

_FOLDERS: Final = {
    path.parent.name: path.parent.parent.name for path in ROOT.glob("functions/*/*/app.py")
}
_EVENTS: Final = {path.stem: path for path in ROOT.glob("events/*/*.json") if path != SUBSCRIPTION}


def missing(operation: Operation) -> list[str]:
    """Return the missing places of an operation; the list is empty when it is complete."""
    name, resource = snake(operation.id), pascal(operation.id)
    absent = [
        f"template.yaml: {resource}{ending}"
        for kind, ending in KINDS.items()
        if _has_own(operation, ending) and not _is_declared(resource + ending, kind)
    ]
    if operation.served_by != operation.id:
        return absent
    wing = _wing_of(operation)
    files = [
        f"functions/{wing}/{name}/app.py",
        f"events/{wing}/{name}.json",
        f"tests/functions/{wing}/test_{name}.py",
    ]
    absent += [each for each in files if not (ROOT / each).is_file()]
    return absent + _placeholders(name, ["openapi.yaml", "template.yaml", *files])


def _placeholders(name: str, files: list[str]) -> list[str]:
    """Return the placeholders of `make endpoint`: `file:line: TO WRITE(name): …`."""
    return [
        f"{each}:{number}: {line[line.index(_PLACEHOLDER) :].strip(' "')}"
        for each in files
        if (ROOT / each).is_file()
        for number, line in enumerate(_lines_of(each), start=1)
        if f"{_PLACEHOLDER}({name})" in line
    ]


@cache
def _lines_of(file: str) -> list[str]:
    return (ROOT / file).read_text(encoding="utf-8").splitlines()


def complete() -> list[Operation]:
    """Return the operations that have every place; `test_names.py` fails for the others."""
    lacking = {each.id for each in operations() if missing(each)}
    return [each for each in operations() if not {each.id, each.served_by} & lacking]


def complete_functions() -> frozenset[str]:
    """Return the logical ids of the functions of complete operations and of triggers."""
    called = {each.served_by for each in complete()} | TRIGGERS
    return frozenset(f"{pascal(each)}Function" for each in called)


def orphans() -> list[str]:
    """Return the places of names that belong to no operation or trigger."""
    served = {each.served_by for each in operations()} | TRIGGERS
    names = {snake(each) for each in served}
    called = {pascal(each.id) for each in operations()} | {pascal(each) for each in TRIGGERS}
    declared = [
        f"template.yaml: {name}"
        for name, resource in TEMPLATE["Resources"].items()
        if (ending := KINDS.get(resource["Type"]))
        and name.removesuffix(ending) not in called | _schedules()
        and name not in OTHER_RESOURCES
    ]
    folders = [f"functions/{wing}/{name}" for name, wing in _FOLDERS.items()]
    events = [path.relative_to(ROOT).as_posix() for path in _EVENTS.values()]
    return declared + [each for each in folders + events if Path(each).stem not in names]


def _schedules() -> set[str]:
    """Return the names of the schedules; each has its own permission to call its job."""
    return {
        name.removesuffix("Rule")
        for name, resource in TEMPLATE["Resources"].items()
        if resource["Type"] == "AWS::Events::Rule"
    }


def _has_own(operation: Operation, ending: str) -> bool:
    """Return whether an operation has this resource; a HEAD has the function of its GET."""
    return ending == "Permission" or operation.served_by == operation.id


def _is_declared(name: str, kind: str) -> bool:
    return bool(TEMPLATE["Resources"].get(name, {}).get("Type") == kind)


def _wing_of(operation: Operation) -> str:
    """Return the folder of the operation's wing, or `<wing>` if no place has it."""
    name = snake(operation.id)
    if name in _FOLDERS:
        return _FOLDERS[name]
    if name in _EVENTS:
        return _EVENTS[name].parent.name
    tests = list(ROOT.glob(f"tests/functions/*/test_{name}.py"))
    return tests[0].parent.name if tests else "<wing>"

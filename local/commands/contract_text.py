"""Insert an endpoint into openapi.yaml and template.yaml as text, to keep comments and format."""

import re
from typing import Final

from local.errors import CommandError

_ANY_PATH: Final = "  /{proxy+}:"
"""The last path of the contract; the first path of a new tag is inserted before it."""


def tag_of(contract: str, operation_ids: list[str]) -> str:
    """Return the tag of the first operation that has one. Raises CommandError if none has."""
    for each in operation_ids:
        if found := re.search(rf"operationId: {each}\n +tags: \[(\w+)\]", contract):
            return found[1]
    raise CommandError("No operation of that wing is in openapi.yaml, so its tag is unknown.")


def insert_operation(contract: str, path: str, method: str, tag: str, operation: str) -> str:
    """Return the contract with an operation at its path; a new path follows the others of its tag.

    Raises CommandError when the path already has that method.
    """
    lines = contract.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if re.match(r"  /.*:$", line)]
    end = lines.index("components:\n")
    blocks = list(zip(starts, [*starts[1:], end], strict=True))
    for start, stop in blocks:
        if lines[start] == f"  {path}:\n":
            if f"    {method}:\n" in lines[start:stop]:
                raise CommandError(f"{method.upper()} {path} exists in openapi.yaml.")
            return _inserted(lines, _end_of_text(lines, stop), operation)
    tagged = [stop for start, stop in blocks if f"      tags: [{tag}]\n" in lines[start:stop]]
    at = tagged[-1] if tagged else lines.index(f"{_ANY_PATH}\n")
    return _inserted(lines, at, f"  {path}:\n{operation}\n")


def insert_schema(contract: str, name: str, schema: str) -> str:
    """Return the contract with one more schema. Raises CommandError when the name exists."""
    lines = contract.splitlines(keepends=True)
    if f"    {name}:\n" in lines:
        raise CommandError(f"openapi.yaml has a schema {name}.")
    first = lines.index("  schemas:\n") + 1
    end = next(at for at in range(first, len(lines)) if re.match(r"  \w+:$", lines[at]))
    while lines[end - 1].startswith("  #"):  # the comment of the next section
        end -= 1
    return _inserted(lines, end, schema)


def insert_resources(template: str, wing: str, resources: str) -> str:
    """Return the template with `resources` after the last function of a wing."""
    lines = template.splitlines(keepends=True)
    code = f"      CodeUri: functions/{wing}/"
    last = max(number for number, line in enumerate(lines) if line.startswith(code))
    names = [line.strip()[:-1] for line in lines[:last] if re.match(r"  \w+:$", line)]
    permission = f"  {names[-1].removesuffix('Function')}Permission:\n"
    after = lines.index(permission) if permission in lines else last
    at = next(number for number in range(after, len(lines)) if lines[number] == "\n") + 1
    return _inserted(lines, at, resources)


def _inserted(lines: list[str], at: int, text: str) -> str:
    return "".join([*lines[:at], text, *lines[at:]])


def _end_of_text(lines: list[str], stop: int) -> int:
    """Return the index after the last line before `stop` that is not empty."""
    while lines[stop - 1] == "\n":
        stop -= 1
    return stop

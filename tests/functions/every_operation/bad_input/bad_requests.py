"""Sends requests with bad input, and checks that they have no effect."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import pytest
from tests.builders import booking_body
from tests.functions import contract
from tests.functions.example import declared
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.requests import Keywords, good_request

from teppan.store.table import Table

type Field = tuple[str, ...]
WITH_BODY: Final = [name for name in declared() if contract.body_schema(name)]
LARGEST_BODY: Final = 16 * 1024
"""The bytes of the largest body that is accepted."""

each_with_body = pytest.mark.parametrize("operation", WITH_BODY)


def members(schema: dict[str, Any], at: Field = ()) -> Iterator[tuple[Field, dict[str, Any]]]:
    """Yield every member of a body's schema with its path."""
    for name, member in schema.get("properties", {}).items():
        yield (*at, name), member
        yield from members(member, (*at, name))


FIELDS: Final = {
    (operation, field): schema
    for operation in WITH_BODY
    for field, schema in members(contract.body_schema(operation) or {})
}


def by_method(*methods: str) -> list[str]:
    """Return the operations of these HTTP methods."""
    return [name for name in declared() if contract.OPERATIONS[name].method in methods]


def with_value(body: dict[str, Any], field: Field, value: Any) -> dict[str, Any]:
    inner = body
    for part in field[:-1]:
        inner = inner[part]
    inner[field[-1]] = value
    return body


def pointer(field: Field) -> str:
    return "body /" + "/".join(field)


class Sender:
    """Sends requests that must have no effect, for one booking and one account."""

    def __init__(self, call: Handlers, table: Table, snapshot: Snapshot) -> None:
        self.call = call
        self.booking = stored_booking(table)
        self._all_items = snapshot
        self._before: list[str] | None = None
        self._usual: dict[str, Keywords] = {}

    def good_request(self, operation: str) -> Keywords:
        """Return a good request; what it needs is created once and does not count as an effect."""
        if operation not in self._usual:
            self.check_unchanged()
            self._usual[operation] = good_request(operation, self.call, self.booking)
            self._before = self._snapshot()
        return deepcopy(self._usual[operation])

    def full_body(self, operation: str) -> dict[str, Any]:
        """Return a body of `operation` with objects wherever the contract allows them."""
        body: dict[str, Any] = self.good_request(operation)["body"]
        for (name, field), schema in FIELDS.items():
            if name == operation and schema["type"] == "object":
                inner = body
                for part in field[:-1]:
                    inner = inner[part]
                usual_value = booking_body().get(field[0], {}) if len(field) == 1 else {}
                inner.setdefault(field[-1], deepcopy(usual_value))
        return body

    def __call__(self, operation: str, *, headers: Any = None, **changes: Any) -> Answer:
        """Send the good request with `changes` and more headers, if any."""
        return self.call(operation, **self.good_request(operation) | changes, headers=headers)

    def body(self, operation: str, body: Any, **more: Any) -> Answer:
        return self(operation, body=body, **more)

    def event(self, operation: str, **changes: Any) -> Answer:
        request = self.good_request(operation)
        return self.call.send(operation, self.call.event(operation, **request) | changes)

    def _snapshot(self) -> list[str]:
        # A check of the database's health writes an item of its own.
        return [each for each in self._all_items() if '"HEALTH"' not in each]

    def check_unchanged(self) -> None:
        """Check that nothing has changed since the last good request was made."""
        assert self._before is None or self._snapshot() == self._before

"""A value of a parameter or header is accepted exactly when the contract allows it."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from tests.contract.openapi.bodies import boundaries, is_valid
from tests.functions import contract
from tests.functions.example import declared
from tests.functions.given import stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.requests import Keywords, good_request
from tests.sizes import SIZES

from teppan.store.table import Table

NO_PATTERN_CAN_SAY_IT: Final[Mapping[str, str]] = {
    "time": "which of the times a party starts at is the policy's",
    "cursor": "we have issued it, or not",
}
"""Parameters for which we accept less than the contract's schema allows, and the reason."""

SCHEMAS: Final = {
    (operation.id, each["in"], each["name"]): contract.inlined(each["schema"])
    for operation in map(contract.OPERATIONS.__getitem__, declared())
    for each in operation.parameters
    if operation.id != "preflight"  # takes any path, and origins that it does not know
}


def values(schema: dict[str, Any]) -> list[str]:
    """Return texts to send. None is empty: an empty value counts as absent."""
    sent = [str(value) for value in boundaries(schema, around=[("", "")])]
    good = [
        "2026-12-24",
        "2026-02-30",
        "18:00",
        '"1"',
        'W/"1"',
        '*, "1"',
        '"1", ,"2",',
        "bkg_" + "a" * 26,
    ]
    return [text for text in dict.fromkeys([*sent[:: SIZES.share_of_texts], *good]) if text]


def is_refused(answer: Answer, where: str, name: str) -> bool:
    """Return whether the answer refuses this parameter."""
    by_rule = {"time": (400, "invalid_time"), "cursor": (400, "invalid_cursor")}
    return f"{where} /{name}" in answer.faults or answer.problem == by_rule.get(name)


def with_text(request: Keywords, where: str, name: str, text: str) -> Keywords:
    if where == "path":
        return request | {name: text}
    kind = {"query": "query", "header": "headers"}[where]
    return request | {kind: {**request.get(kind, {}), name: text}}


@pytest.mark.parametrize(
    ("where", "name"),
    [
        *sorted({(where, name) for _, where, name in SCHEMAS if where != "header"}),
        ("header", "Idempotency-Key"),
        ("header", "If-Match"),
        ("header", "X-Request-Id"),
    ],
)
def test_a_parameter_is_accepted_exactly_when_the_contract_allows_it(
    call: Handlers, table: Table, where: str, name: str
) -> None:
    operation, schema = next(
        (operation, schema)
        for (operation, place, each), schema in SCHEMAS.items()
        if (place, each) == (where, name) and (name != "If-Match" or operation == "updateBooking")
    )
    request = good_request(operation, call, stored_booking(table))
    for text in values(schema):
        answer = call(operation, **with_text(request, where, name, text))

        refused = is_refused(answer, where, name)
        number = schema["type"] == "integer" and text.isascii() and text.isdecimal()
        valid = is_valid(int(text) if number else text, schema)
        if name in NO_PATTERN_CAN_SAY_IT:
            assert valid or refused, repr(text)[:80]
        else:
            assert valid != refused, repr(text)[:80]

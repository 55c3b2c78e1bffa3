"""Every field of every body, checked against the schema of the contract."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pytest
from tests.builders import booking_body
from tests.functions import contract
from tests.functions.every_operation.bad_input.bad_requests import (
    FIELDS,
    LARGEST_BODY,
    WITH_BODY,
    Field,
    Sender,
    each_with_body,
    pointer,
    with_value,
)
from tests.sizes import some

NO_START_TIME: Final = [
    "", " ", "6pm", "18", "1800", "8:00", "24:00", "18:60", "18:00:00", "T18:00", "18:00Z", "13:00",
]  # fmt: skip
WITH_START: Final = [
    name
    for name in WITH_BODY
    if {"date", "time"} <= (contract.body_schema(name) or {})["properties"].keys()
]

WRONG_TYPES: Final[dict[str, list[Any]]] = {
    "integer": ["12", True, 1.0, 1.5, None, [1], {}],
    "string": [1, True, 1.5, None, ["x"], {}],
    "object": [1, True, "x", None, []],
}
each_field = pytest.mark.parametrize(
    ("operation", "field"),
    [pytest.param(*each, id=f"{each[0]}-{'.'.join(each[1])}") for each in FIELDS],
)


class TestFields:
    @each_field
    def test_a_field_of_another_type_is_refused(
        self, ask: Sender, operation: str, field: Field
    ) -> None:
        values = WRONG_TYPES[FIELDS[operation, field]["type"]]
        for value in some(values, turn_of(operation, field)):
            body = with_value(ask.full_body(operation), field, value)
            answer = ask.body(operation, body)
            assert answer.problem == (422, "validation_failed"), repr(value)[:80]
            assert answer.faults == [pointer(field)], repr(value)[:80]

    @each_field
    def test_a_field_out_of_bounds_is_refused(
        self, ask: Sender, operation: str, field: Field
    ) -> None:
        values = list(out_of_bounds(FIELDS[operation, field]))
        for value in some(values, turn_of(operation, field)):
            body = with_value(ask.full_body(operation), field, value)
            if field == ("time",):  # a rule of the slots, not of the schema
                answer = ask.body(operation, body | {"date": "2026-12-24"})
                assert answer.problem == (400, "invalid_time"), repr(value)[:80]
                continue
            answer = ask.body(operation, body)
            assert answer.problem == (422, "validation_failed"), repr(value)[:80]
            assert set(answer.faults) >= {pointer(field)}, repr(value)[:80]

    @pytest.mark.parametrize("operation", WITH_START)
    def test_a_text_that_is_no_start_time_is_always_invalid_time(
        self, ask: Sender, operation: str
    ) -> None:
        """`18:00:00` and `13:00` are both times, and neither is a start time."""
        for text in some(NO_START_TIME, WITH_START.index(operation)):
            body = ask.full_body(operation) | {"date": "2026-12-24", "time": text}
            assert ask.body(operation, body).problem == (400, "invalid_time"), text
            if text:
                answer = ask("setSlotCapacity", time=text)
                assert answer.problem == (400, "invalid_time"), text

    def test_an_invalid_time_is_reported_after_the_faults_of_the_schema(self, ask: Sender) -> None:
        answer = ask.body("createQuote", {"guests": 0, "date": "2026-12-24", "time": "6pm"})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /guests"]

    @pytest.mark.parametrize(
        ("operation", "field"),
        [
            pytest.param(operation, (*at, name), id=f"{operation}-{'.'.join((*at, name))}")
            for operation in WITH_BODY
            for at, schema in [
                ((), contract.body_schema(operation) or {}),
                *((field, schema) for (name, field), schema in FIELDS.items() if name == operation),
            ]
            for name in schema.get("required", [])
        ],
    )
    def test_a_missing_field_is_named_in_the_problem(
        self, ask: Sender, operation: str, field: Field
    ) -> None:
        body = ask.full_body(operation)
        inner = body
        for part in field[:-1]:
            inner = inner[part]
        del inner[field[-1]]

        answer = ask.body(operation, body)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == [pointer(field)]

    @each_with_body
    def test_an_unknown_field_is_named_in_the_problem(self, ask: Sender, operation: str) -> None:
        places = [
            (),
            *(
                field
                for (each, field), schema in FIELDS.items()
                if each == operation and schema["type"] == "object"
            ),
        ]
        names = list(product(places, ("surprise", "Guests", "", "__proto__", "🍣")))
        for place, name in some(names, WITH_BODY.index(operation)):
            body = with_value(ask.full_body(operation), (*place, name), 1)
            answer = ask.body(operation, body)
            assert answer.problem == (422, "validation_failed"), name
            assert answer.faults == [pointer((*place, name))], name

    def test_a_json_pointer_escapes_tilde_and_slash(self, ask: Sender) -> None:
        answer = ask.body("createQuote", {"guests": 12, "a/b~c": 1})

        assert answer.faults == ["body /a~1b~0c"]

    def test_all_faults_of_a_body_are_reported_together(self, ask: Sender) -> None:
        body = booking_body(guests=0, date="tomorrow", contact=None, extra=1)

        answer = ask.body("createBooking", body)

        assert sorted(answer.faults) == [
            "body /contact",
            "body /date",
            "body /extra",
            "body /guests",
        ]


def turn_of(operation: str, field: Field) -> int:
    """Return the place of the field in all bodies, so that fields take turns with the values."""
    return list(FIELDS).index((operation, field))


def out_of_bounds(schema: dict[str, Any]) -> Iterator[Any]:
    """Yield values that the bounds of `schema` exclude, just and by far."""
    if schema["type"] == "integer":
        yield from (schema["minimum"] - 1, -(10**30))
        if "maximum" in schema:
            yield from (schema["maximum"] + 1, 10**4000)
    if schema["type"] == "string":
        if schema.get("minLength"):
            yield from ("", "x" * (schema["minLength"] - 1))
        if "maxLength" in schema:
            yield "x" * (schema["maxLength"] + 1)
            yield "🍣" * min(schema["maxLength"] + 1, LARGEST_BODY // 16)
        if "pattern" in schema or "enum" in schema:
            excluded = re.compile(schema.get("pattern", "^$"))
            yield from (text for text in ("\0", "🍣", "x" * 5000) if not excluded.search(text))
    if schema["type"] == "string" and schema.get("format") != "password":
        yield from ("a\0b", "a\x1bb", "a\x7fb")
        yield from (" ",) if schema.get("minLength") else ()
    if schema.get("format") == "date":
        yield from ("2026-02-30", "2026-13-01", "2026-12-24\n", " 2026-12-24", "0000-01-01")
        yield from (
            "20261224",
            "2026-W52-4",
            "2026-12-24T00:00:00Z",
            "+2026-12-24",
            "\uff12026-12-24",
        )

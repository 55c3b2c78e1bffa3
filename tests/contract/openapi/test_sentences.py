"""The text about an invalid value is a sentence, without patterns, types or class names.

Each field of each body, and each parameter, gets a value that each keyword of its schema excludes.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from tests.builders import gateway_event
from tests.contract.documents import operations, resolved
from tests.contract.openapi.bodies import members, with_value
from tests.contract.openapi.test_schemas import MODELS, schema_of

from teppan.domain.errors import InvalidInput
from teppan.http.body import RequestBody, read_body
from teppan.http.request import read_request
from teppan.http.violation_texts import UNKNOWN

MARK: Final = "Xanthippe"

SENTENCE: Final = re.compile(r"(must (be|not be|have|add up)|is) [\w@(),.:+ -]*\w\)?")
"""A sentence starts so that a field's name can precede it, and has no full stop."""

OF_PROGRAMMERS: Final = re.compile(
    r"[\\^$*{}\[\]|?]|\b(str|int|string|integer|Input|Field|pattern|regex|match|null|None|value)\b"
)

SPOILT: Final[dict[str, Any]] = {
    "type": lambda kind: {
        "string": [1, True, None, [MARK], {}],
        "integer": [MARK, True, None, 1.5, [1], {}],
        "object": [MARK, 1, None, []],
    }[kind],
    "minLength": lambda least: ["x" * (least - 1)],
    "maxLength": lambda most: ["x" * (most + 1)],
    "pattern": lambda _: ["\0", MARK + "\0"],
    "minimum": lambda least: [least - 1],
    "maximum": lambda most: [most + 1],
    "enum": lambda _: [MARK, ""],
    "format": lambda kind: {
        "date": ["2026-02-30", MARK],
        "email": ["a@example..com", "mailto:a@b.c", "a@bü.de", MARK],
    }[kind],
}
"""Values that a keyword of a schema excludes."""

WITHOUT_VALUES: Final = {
    "additionalProperties",
    "description",
    "minProperties",
    "properties",
    "required",
    "title",
}
"""Keywords of objects, whose members get the invalid values."""


def sentences_for(model: type[RequestBody], body: Any) -> dict[str, str]:
    """Return the sentence for each refused field; the body is read like a request's."""
    request = read_request(gateway_event("POST", body=json.dumps(body)))
    try:
        read_body(request, model, optional=False)
    except InvalidInput as refusal:
        return {each.pointer: each.detail for each in refusal.violations}
    return {}


def invalid_values(schema: dict[str, Any]) -> Iterator[Any]:
    for keyword, limit in schema.items():
        if keyword not in WITHOUT_VALUES:
            yield from SPOILT[keyword](limit)
    if schema["type"] == "object":
        yield {}
        yield {MARK: MARK}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_an_invalid_value_of_a_body_is_refused_with_a_sentence(name: str) -> None:
    model, seen = MODELS[name], set[str]()

    for field, schema in members(schema_of(model)):
        for value in invalid_values(schema):
            seen |= set(sentences_for(model, with_value(field, value)).values())

    assert seen
    assert [text for text in seen if not SENTENCE.fullmatch(text)] == []
    assert [text for text in seen if OF_PROGRAMMERS.search(text) or MARK in text] == []
    assert UNKNOWN not in seen


@pytest.mark.parametrize(
    ("name", "field"),
    [
        pytest.param(name, field, id=f"{name}-{'.'.join(field)}")
        for name in sorted(MODELS)
        for field, schema in members(schema_of(MODELS[name]))
        if "pattern" in schema and field[-1] != "time"  # a start time: `invalid_time`, below
    ],
)
def test_a_field_with_a_pattern_has_its_own_sentence(name: str, field: tuple[str, ...]) -> None:
    schema = dict(members(schema_of(MODELS[name])))[field]
    no_match = "\0" * schema.get("minLength", 1)

    sentences = sentences_for(MODELS[name], with_value(field, no_match))

    assert sentences["/" + "/".join(field)] not in {"", UNKNOWN}


@pytest.mark.parametrize(
    ("name", "field", "sentence"),
    [
        ("Register", "email", "must be an e-mail address, such as aiko@example.com"),
        ("ConfirmRegistration", "code", "must be the 6 digits from the e-mail"),
        ("Login", "mfa_code", "must be the 6 digits from the authenticator app"),
        ("CreatePaymentIntent", "payment_type", "must be one of deposit, balance, full"),
    ],
)
def test_the_sentence_about_an_invalid_value_says_what_to_send(
    name: str, field: str, sentence: str
) -> None:
    assert sentences_for(MODELS[name], {field: MARK})[f"/{field}"] == sentence


def test_the_contracts_validation_example_has_the_sentences_of_the_code() -> None:
    details = {
        each["detail"]
        for operation in operations()
        for _, _, content in operation.contents
        for example in content.get("examples", {}).values()
        for each in _errors(example)
    }

    assert details
    assert [text for text in details if not SENTENCE.fullmatch(text)] == []


def _errors(example: dict[str, Any]) -> list[dict[str, str]]:
    value = resolved(example).get("value", {})
    errors: list[dict[str, str]] = value.get("errors", [])
    return errors

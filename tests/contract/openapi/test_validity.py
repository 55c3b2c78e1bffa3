"""A value of any field is valid by the contract exactly if our code accepts it.

test_schemas.py compares the two schemas; these tests compare their validators. Patterns are
ECMA-262 in the contract and Rust's in the code, and lengths are checked after trimming.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.contract.documents import CONTRACT, SCHEMAS, operations, walk
from tests.contract.openapi.bodies import (
    AWKWARD,
    boundaries,
    ecma,
    is_trimmed,
    is_valid,
    members,
    with_value,
)
from tests.contract.openapi.test_schemas import MODELS
from tests.email_addresses import addresses
from tests.functions.contract import inlined
from tests.sizes import examples

from teppan.domain.bookings.errors import InvalidTime
from teppan.domain.bookings.slot import start_time
from teppan.http.body import RequestBody

NO_PATTERN_CAN_SAY_IT: Final[Mapping[str, str]] = {
    "email": "what is an address is decided by a library, and folded",
    "password": "a new one must not be a common one, nor the address",
    "new_password": "a new one must not be a common one, nor the address",
}
"""Fields for which we accept less than the contract's schema allows, with the reason."""

NORMALISED: Final = {"password", "new_password"}
"""Fields whose limits apply to the text in Unicode's form NFKC, as the contract states."""

FIELDS: Final = {
    (name, field): schema
    for name in sorted(MODELS)
    for field, schema in members(inlined(SCHEMAS[name]))
    if schema["type"] in {"string", "integer"}
}
each_field = pytest.mark.parametrize(
    ("name", "field"),
    [pytest.param(*each, id=f"{each[0]}-{'.'.join(each[1])}") for each in FIELDS],
)


def is_accepted(model: type[RequestBody], field: tuple[str, ...], value: Any) -> bool:
    """Return whether our code accepts `value`; other errors of the body do not matter."""
    try:
        model.model_validate_json(json.dumps(with_value(field, value)))
    except ValidationError as refusal:
        if any(error["loc"] == field for error in refusal.errors()):
            return False
    if field == ("time",):
        try:
            start_time(value)
        except InvalidTime:
            return False
    return True


def check(name: str, field: tuple[str, ...], value: Any) -> None:
    accepted = is_accepted(MODELS[name], field, value)
    if field[-1] in NORMALISED and isinstance(value, str):
        value = unicodedata.normalize("NFKC", value)
    valid = is_valid(value, FIELDS[name, field])
    if field[-1] in NO_PATTERN_CAN_SAY_IT:
        assert valid or not accepted, f"invalid by the contract, and accepted: {value!r}"
    else:
        assert valid == accepted, f"valid by the contract: {valid}, accepted: {accepted}: {value!r}"


def texts(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """Return texts that match the schema's pattern or nearly match it."""
    awkward = st.text(st.sampled_from(AWKWARD), max_size=6)
    if "pattern" not in schema:
        return awkward
    if schema.get("format") == "email":  # its pattern looks ahead: drawn from it, nothing fits
        return addresses() | awkward
    good = st.from_regex(ecma(schema["pattern"]), fullmatch=True)
    return awkward | good | st.tuples(awkward, good, awkward).map("".join)


@each_field
def test_a_value_at_its_limits_is_valid_by_the_contract_exactly_if_accepted(
    name: str, field: tuple[str, ...]
) -> None:
    """A name of two spaces, for example, has 2 characters, but none after trimming."""
    for value in boundaries(FIELDS[name, field]):
        check(name, field, value)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        pytest.param(*each, id=f"{each[0]}-{'.'.join(each[1])}")
        for each, schema in FIELDS.items()
        if schema["type"] == "string"
    ],
)
@settings(max_examples=examples(50), deadline=None)
@given(data=st.data())
def test_any_text_is_valid_by_the_contract_exactly_if_accepted(
    name: str, field: tuple[str, ...], data: st.DataObject
) -> None:
    check(name, field, data.draw(texts(FIELDS[name, field])))


@each_field
def test_the_contract_marks_each_field_that_the_code_trims(
    name: str, field: tuple[str, ...]
) -> None:
    schema = FIELDS[name, field]
    good = next((each for each in ("ab", "12") if is_valid(each, schema)), None)
    if good is None:  # then no space is allowed either: the tests above try it
        assert not is_trimmed(schema)
        return
    parsed = MODELS[name].model_construct()
    try:
        parsed = MODELS[name].model_validate_json(json.dumps(with_value(field, f" {good} ")))
    except ValidationError as refusal:
        # Other fields are missing; this one is accepted with its space where it is trimmed.
        refused = any(error["loc"] == field for error in refusal.errors())
        assert not (refused and is_trimmed(schema))
        return
    kept: Any = parsed
    for part in field:
        kept = getattr(kept, part)
    assert (kept == good) == is_trimmed(schema)


def test_the_contracts_patterns_mean_the_same_to_all_engines() -> None:
    patterns = {node for path, node in walk(CONTRACT) if path and path[-1] == "pattern"}

    assert patterns
    for pattern in patterns:
        ecma(pattern)
        assert pattern.startswith("^") and pattern.endswith("$")


def test_the_exceptions_for_validity_are_existing_fields() -> None:
    assert NO_PATTERN_CAN_SAY_IT.keys() <= {field[-1] for _, field in FIELDS}


def test_the_request_headers_of_the_contract_have_their_limits() -> None:
    headers = {
        each["name"]: each["schema"]
        for operation in operations()
        for each in operation.parameters
        if each["in"] == "header"
    }

    assert "pattern" in headers["If-Match"]
    assert headers["X-Request-Id"] == {"type": "string"}

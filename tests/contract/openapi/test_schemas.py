"""The schemas of our code and those of the contract are the same for every request body."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from tests.contract.documents import JSON, SCHEMAS, faults, operations
from tests.functions.contract import inlined

from teppan.http import schemas
from teppan.http.body import RequestBody
from teppan.http.schemas.bookings.party import PartyBody

for module in pkgutil.walk_packages(schemas.__path__, f"{schemas.__name__}."):
    importlib.import_module(module.name)

WITHOUT_MEANING = {"title", "description", "default", "example", "examples"}
"""Keywords that do not matter to a validator."""

SHARED_PARTS = {PartyBody}
"""Base models; no body has exactly their fields."""


def models(base: type[RequestBody] = RequestBody) -> Iterator[type[RequestBody]]:
    for model in base.__subclasses__():
        if model not in SHARED_PARTS and model.__module__.startswith("teppan."):
            yield model
        yield from models(model)


MODELS = {model.__name__.removesuffix("Body"): model for model in models()}


def requested(node: Any) -> Iterator[str]:
    """Yield the names of the schemas that `node` refers to, at any depth."""
    match node:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            yield name
            yield from requested(SCHEMAS[name])
        case dict():
            for value in node.values():
                yield from requested(value)
        case list():
            for value in node:
                yield from requested(value)


REQUESTED = {
    name
    for operation in operations()
    for name in requested(operation.spec.get("requestBody", {}))
    if SCHEMAS[name]["type"] == "object"
}
"""The schemas of bodies and their parts, without those of single values."""


NEW_PASSWORDS = [
    ("Register", "password"),
    ("ConfirmRegistration", "password"),
    ("ConfirmPasswordReset", "new_password"),
]
"""The fields with a new password."""


def schema_of(model: type[RequestBody]) -> Any:
    """Return a model's schema with its definitions inlined."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inlined(node: Any) -> Any:
        match node:
            case {"$ref": reference}:
                return inlined(definitions[reference.rpartition("/")[2]])
            case dict():
                return {name: inlined(value) for name, value in node.items()}
            case list():
                return [inlined(value) for value in node]
            case _:
                return node

    return inlined(schema)


def validated_part(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the part of `schema` that matters to a validator, in one notation."""
    kept = {name: value for name, value in schema.items() if name not in WITHOUT_MEANING}
    # The format is for forms that hide the input; it does not limit the text.
    if kept.get("format") == "password":
        del kept["format"]
    if "properties" in kept:
        kept["properties"] = {
            name: validated_part(each) for name, each in kept["properties"].items()
        }
    for unordered in ("required", "enum"):
        if unordered in kept:
            kept[unordered] = sorted(kept[unordered])
    return kept


def differences(left: Any, right: Any, at: str = "") -> Iterator[str]:
    """Yield the differences of two schemas, the code's side first."""
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted(left.keys() | right.keys()):
            yield from differences(left.get(name), right.get(name), f"{at}/{name}")
    elif left != right:
        yield f"{at}: {left!r} in the code, {right!r} in the contract"


def test_every_schema_of_a_request_has_its_model_and_every_model_its_schema() -> None:
    assert set(MODELS) == REQUESTED


@pytest.mark.parametrize("name", sorted(REQUESTED & set(MODELS)))
def test_a_model_and_its_schema_in_the_contract_are_the_same(name: str) -> None:
    in_code, in_contract = (
        validated_part(schema_of(MODELS[name])),
        validated_part(inlined(SCHEMAS[name])),
    )

    assert list(differences(in_code, in_contract)) == []


@pytest.mark.parametrize("name", sorted(REQUESTED))
def test_a_model_refuses_unknown_fields(name: str) -> None:
    assert SCHEMAS[name]["additionalProperties"] is False


@pytest.mark.parametrize(("name", "field"), NEW_PASSWORDS)
def test_a_new_password_has_the_same_rule_in_code_and_contract(name: str, field: str) -> None:
    declared = SCHEMAS[name]["properties"][field]

    in_code = schema_of(MODELS[name])["properties"][field]

    assert declared["format"] == "password"
    for rule in ("pattern", "minLength", "maxLength"):
        assert (
            in_code[rule] == declared[rule] == SCHEMAS["Register"]["properties"]["password"][rule]
        )


@pytest.mark.parametrize(("name", "field"), NEW_PASSWORDS)
@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("four and twenty", True),
        ("寿司と味噌汁とご飯と天ぷら", True),
        ("four\u00a0and twenty", True),
        (" four and twenty", False),
        ("four and twenty ", False),
        *((f"four and{chr(code)}twenty", False) for code in (0, 9, 10, 13, 31, 127, 128, 159)),
    ],
)
def test_the_contract_refuses_control_characters_as_the_code_does(
    name: str, field: str, password: str, *, good: bool
) -> None:
    body = {"email": "aiko@example.com", "code": "123456", field: password}
    sent = {key: value for key, value in body.items() if key in SCHEMAS[name]["properties"]}

    assert (not faults(sent, SCHEMAS[name])) is good
    try:
        MODELS[name].model_validate_json(json.dumps(sent))
    except ValidationError:
        assert not good
    else:
        assert good


@pytest.mark.parametrize(
    ("model", "example"),
    [
        pytest.param(
            content["schema"]["$ref"].rpartition("/")[2], each["value"], id=f"{operation.id}-{name}"
        )
        for operation in operations()
        if "requestBody" in operation.spec
        for content in [operation.spec["requestBody"]["content"][JSON]]
        for name, each in content["examples"].items()
    ],
)
def test_an_example_body_of_the_contract_is_accepted_by_the_code(
    model: str, example: dict[str, Any]
) -> None:
    sent = MODELS[model].model_validate_json(json.dumps(example)).model_dump()

    assert sent == example

"""openapi.yaml is a valid, complete and truthful OpenAPI 3.0.3 document."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from tests.contract.documents import (
    CONTRACT,
    GATEWAY_RESPONSES,
    JSON,
    PROBLEM_JSON,
    SCHEMAS,
    Operation,
    faults,
    gateway_problem,
    operations,
    resolved,
    walk,
)
from tests.contract.openapi.traits import is_documentation

from teppan.domain.errors import DomainError
from teppan.domain.policy import CURRENT
from teppan.identity import errors as identity_errors

OF_THE_WEBHOOK = {"event_not_ours", "invalid_signature", "method_not_allowed"}
"""The problems that only the webhook returns; its URL is not in the contract."""

PROBLEMS = {
    name: schema["properties"]["code"]["enum"]
    for name, schema in SCHEMAS.items()
    if schema.get("allOf") == [{"$ref": "#/components/schemas/Problem"}]
}
"""The codes of each schema of a response with a problem."""

each_operation = pytest.mark.parametrize("operation", operations(), ids=lambda each: each.id)
each_schema = pytest.mark.parametrize("name", SCHEMAS)


def test_the_contract_is_valid_openapi() -> None:
    # Given the contract without the + of greedy paths, which is not OpenAPI but API Gateway's
    document = deepcopy(CONTRACT)
    document["paths"]["/{proxy}"] = document["paths"].pop("/{proxy+}")
    assert document["openapi"] == "3.0.3"
    assert not [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()]


def test_the_contract_has_contact_servers_and_terms() -> None:
    info = CONTRACT["info"]
    assert all(info[key] for key in ("title", "version", "description", "contact", "license"))
    assert all(server["url"] and server["description"] for server in CONTRACT["servers"])


def test_the_tags_of_the_contract_are_described_and_used() -> None:
    described = {tag["name"] for tag in CONTRACT["tags"] if tag["description"]}
    assert described == {tag for each in operations() for tag in each.spec["tags"]}


@each_operation
def test_an_operation_of_the_contract_is_documented(operation: Operation) -> None:
    assert operation.spec["summary"]
    assert operation.spec["description"]
    assert len(operation.spec["tags"]) == 1
    assert all(answer["description"] for answer in operation.spec["responses"].values())
    for parameter in operation.parameters:
        assert parameter["description"], parameter["name"]
        assert not faults(parameter["example"], parameter["schema"]), parameter["name"]


@each_operation
def test_documentation_leaves_out_heads_the_preflight_and_itself(operation: Operation) -> None:
    is_internal = operation.method in {"HEAD", "OPTIONS"} or is_documentation(operation)

    assert operation.spec.get("x-internal", False) is is_internal
    # For documentation tools that do not know x-internal, these have a tag of their own, the last.
    assert (operation.spec["tags"] == [CONTRACT["tags"][-1]["name"]]) is is_internal


@each_operation
def test_an_operation_of_the_contract_has_examples_of_its_errors(operation: Operation) -> None:
    statuses = set(operation.spec["responses"])
    codes = {
        name
        for _, media, each in operation.contents
        if media == PROBLEM_JSON
        for name in each["examples"]
    }
    assert {"429", "500", "502", "504"} <= statuses
    assert ("unauthorized" in codes) == operation.is_secured
    assert ("413" in statuses) == ("requestBody" in operation.spec)


@each_operation
def test_an_answer_of_the_contract_has_the_headers_of_its_status(operation: Operation) -> None:
    for status, answer in operation.spec["responses"].items():
        declared = answer["headers"].keys()
        assert answer["headers"]["X-Request-Id"] == {"schema": {"type": "string"}}, status
        assert ("WWW-Authenticate" in declared) == (status == "401"), status
        waits = status in {"429", "503"} or "payment_provider_failed" in _codes(answer)
        assert ("Retry-After" in declared) == waits, status


@each_operation
def test_examples_are_valid_against_their_schemas(operation: Operation) -> None:
    for status, media_type, content in operation.contents:
        if is_documentation(operation) and media_type.startswith("text/"):
            continue
        assert media_type == (PROBLEM_JSON if status >= "4" else JSON)
        assert content["examples"]
        for name, example in content["examples"].items():
            value = resolved(example)["value"]
            assert not faults(value, content["schema"]), (status, name)
            if media_type == PROBLEM_JSON:
                assert (str(value["status"]), value["code"]) == (status, name)
                assert value["type"] == f"/docs/problems#{name}"


def test_an_example_of_a_problem_names_a_path_of_an_operation_with_it() -> None:
    paths: dict[tuple[str, str], set[str]] = {}
    for operation in operations():
        for _, media_type, content in operation.contents:
            if media_type == PROBLEM_JSON:
                for name, example in content["examples"].items():
                    instance = resolved(example)["value"]["instance"]
                    paths.setdefault((name, instance), set()).add(operation.path)
    assert paths
    for (name, instance), templates in paths.items():
        patterns = [re.sub(r"\{\w+\+?\}", "[^/]+", template) for template in templates]
        assert any(re.fullmatch(pattern, instance) for pattern in patterns), (name, instance)


def test_the_validator_checks_formats() -> None:
    assert faults("2026-02-30", SCHEMAS["LocalDate"])
    assert faults("yesterday", SCHEMAS["Booking"]["properties"]["starts_at"])


@each_schema
def test_every_property_of_a_schema_has_a_description(name: str) -> None:
    for path, node in walk(SCHEMAS[name], (name,)):
        if isinstance(node, dict) and path[-1] != "properties" and "type" in node:
            for field, schema in node.get("properties", {}).items():
                assert resolved(schema).get("description"), (*path, field)


@each_operation
def test_request_schemas_refuse_unknown_properties(operation: Operation) -> None:
    for status, _, content in operation.contents:
        if not status:
            for schema in _objects_in(content["schema"]):
                assert schema["additionalProperties"] is False


def _objects_in(schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = resolved(schema)
    below = [each for field in schema.get("properties", {}).values() for each in _objects_in(field)]
    return [schema, *below] if schema["type"] == "object" else below


def test_the_problem_codes_of_the_contract_are_exactly_those_in_use() -> None:
    # Given
    listed = SCHEMAS["ProblemCode"]["enum"]
    examples = CONTRACT["components"]["examples"].values()
    # When
    ours = {example["value"]["code"] for example in examples}
    gateways = {gateway_problem(kind)["code"] for kind in GATEWAY_RESPONSES}
    # Then
    assert len(listed) == len(set(listed))
    assert set(listed) == ours | gateways


@each_operation
def test_the_schema_of_an_error_has_exactly_the_codes_of_its_examples(operation: Operation) -> None:
    """So a generated client has a literal type for `code`."""
    for status, media_type, content in operation.contents:
        if media_type == PROBLEM_JSON:
            codes, schema = list(content["examples"]), content["schema"]["$ref"].rpartition("/")[2]
            assert PROBLEMS[schema] == codes, (
                f"{operation.id} {status}: its examples are {codes}, its schema is {schema}. "
                + next(
                    (f"Use {name}." for name, each in PROBLEMS.items() if each == codes),
                    f"Write a schema with these codes beside {schema}.",
                )
            )


def test_there_is_one_problem_schema_for_each_set_of_codes() -> None:
    assert len({frozenset(codes) for codes in PROBLEMS.values()}) == len(PROBLEMS)
    for name, codes in PROBLEMS.items():
        assert set(codes) <= set(SCHEMAS["ProblemCode"]["enum"])
        words = codes[0].replace("_", " ").title().replace(" ", "")
        assert len(codes) > 1 or name == f"{words}Problem"


def test_every_error_of_the_domain_is_in_the_contract_with_the_same_text() -> None:
    examples = CONTRACT["components"]["examples"].values()
    titles = {example["value"]["code"]: example["value"]["title"] for example in examples}
    for error in _leaves(DomainError):
        if error.code not in OF_THE_WEBHOOK:
            assert titles[error.code] == error.title
    assert not OF_THE_WEBHOOK & titles.keys()


def test_the_fixed_detail_of_an_error_is_the_one_in_its_example() -> None:
    examples = CONTRACT["components"]["examples"].values()
    details = {example["value"]["code"]: example["value"]["detail"] for example in examples}
    said = {
        error.code: error.detail
        for error in _leaves(DomainError)
        if error.__module__ == identity_errors.__name__ and "code" in vars(error)
    }
    assert said
    assert said.items() <= details.items()


def test_every_shared_example_belongs_to_an_operation() -> None:
    refs = {node["$ref"] for _, node in walk(CONTRACT["paths"]) if _is_ref(node)}
    for name in CONTRACT["components"]["examples"]:
        assert f"#/components/examples/{name}" in refs


def test_every_schema_is_used() -> None:
    refs = {node["$ref"] for _, node in walk(CONTRACT) if _is_ref(node)}
    assert {f"#/components/schemas/{name}" for name in SCHEMAS} <= refs


def test_an_enumeration_of_a_parameter_is_that_of_its_schema() -> None:
    """A parameter has no named schema: the import of API Gateway may not follow a reference."""
    enumerations = {
        (operation.id, each["name"]): each["schema"]["enum"]
        for operation in operations()
        for each in operation.parameters
        if "enum" in each["schema"]
    }
    assert enumerations == {
        ("listBookings", "status"): SCHEMAS["BookingStatus"]["enum"],
        ("listBookings", "payment_status"): SCHEMAS["PaymentStatus"]["enum"],
        ("listBookings", "order"): ["asc", "desc"],
        ("listWebhookEvents", "source"): SCHEMAS["WebhookEvent"]["properties"]["source"]["enum"],
        ("listWebhookEvents", "status"): SCHEMAS["WebhookEvent"]["properties"]["status"]["enum"],
        ("setSlotCapacity", "time"): SCHEMAS["StartTime"]["enum"],
    }


def test_the_codes_and_percentages_of_the_contract_are_those_of_the_policy() -> None:
    menu = {**CURRENT.upgrade_prices, **CURRENT.add_on_prices}
    lines = [*CURRENT.guest_prices, *menu, "minimum_spend", "travel"]
    assert list(SCHEMAS["Upgrades"]["properties"]) == list(CURRENT.upgrade_prices)
    assert list(SCHEMAS["AddOns"]["properties"]) == list(CURRENT.add_on_prices)
    assert SCHEMAS["PriceLine"]["properties"]["code"]["enum"] == lines
    assert SCHEMAS["TimeZone"]["enum"] == [CURRENT.timezone]
    assert SCHEMAS["StartTime"]["enum"] == [f"{each:%H:%M}" for each in CURRENT.start_times]
    tiers = {tier.percentage for tier in CURRENT.refund_tiers}
    unconfirmed = {100}
    for name in ("CancellationQuote", "Booking"):
        refund = SCHEMAS[name]["properties"]["refund_percentage"]
        assert set(refund["enum"]) == tiers | unconfirmed
    assert set(SCHEMAS["Booking"]["properties"]["refund_limit"]["enum"]) == tiers


def _codes(answer: dict[str, Any]) -> set[str]:
    contents = answer.get("content", {}).values()
    return {name for content in contents for name in content.get("examples", ())}


def _leaves(error: type[DomainError]) -> Iterator[type[DomainError]]:
    if hasattr(error, "code"):
        yield error
    for kind in error.__subclasses__():
        yield from _leaves(kind)


def _is_ref(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("$ref"), str)

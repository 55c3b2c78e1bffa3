"""The event files are valid requests in the form in which API Gateway passes them on."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from local.live_events.live_event import event_paths
from tests.contract.documents import (
    JSON,
    Operation,
    faults,
    operations,
    snake,
)

from teppan.identity.principal import principal_of

SERVED = {snake(each.id): each for each in operations() if each.id == each.served_by}

each_event = pytest.mark.parametrize(
    "path",
    [path for name, path in event_paths().items() if name in SERVED],
    ids=lambda path: path.stem,
)


@each_event
def test_an_event_file_is_a_request_of_the_contract(path: Path) -> None:
    # Given
    event, operation = _event(path), SERVED[path.stem]
    # Then
    assert (event["httpMethod"], event["resource"]) == (operation.method, operation.path)
    assert event["path"] == _filled(operation.path, event["pathParameters"] or {})
    assert event["requestContext"]["operationName"] == operation.id
    assert event["requestContext"]["resourcePath"] == operation.path
    assert not [fault for each in operation.parameters for fault in _parameter_faults(event, each)]
    assert not _body_faults(event, operation)


@each_event
def test_an_event_file_has_the_same_values_in_its_repeated_fields(path: Path) -> None:
    event = _event(path)
    for single, multiple in (
        ("headers", "multiValueHeaders"),
        ("queryStringParameters", "multiValueQueryStringParameters"),
    ):
        texts = event[single] or {}
        assert (event[multiple] or {}) == {name: [text] for name, text in texts.items()}


@each_event
def test_an_event_file_has_an_access_token_where_its_operation_needs_one(path: Path) -> None:
    principal = principal_of(_event(path))
    assert (principal is not None) == SERVED[path.stem].is_secured
    assert ("Authorization" in _event(path)["headers"]) == SERVED[path.stem].is_secured


def test_the_event_of_the_token_trigger_is_an_admins_in_version_2() -> None:
    event = _event(event_paths()["customize_tokens"])
    assert event["version"] == "2"
    assert event["userPoolId"] == os.environ["USER_POOL_ID"]
    assert event["callerContext"]["clientId"] == os.environ["USER_POOL_CLIENT_ID"]
    assert event["triggerSource"].startswith("TokenGeneration_")
    assert event["request"]["userAttributes"]["sub"] == event["userName"]
    assert "admin" in event["request"]["groupConfiguration"]["groupsToOverride"]
    assert event["response"] == {"claimsAndScopeOverrideDetails": None}


def _event(path: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return event


def _filled(path: str, parameters: dict[str, str]) -> str:
    for name, text in parameters.items():
        path = path.replace(f"{{{name}}}", text).replace(f"{{{name}+}}", text)
    return path


def _parameter_faults(event: dict[str, Any], parameter: dict[str, Any]) -> list[str]:
    name, schema = parameter["name"], parameter["schema"]
    where = {"path": "pathParameters", "query": "queryStringParameters", "header": "headers"}
    text = (event[where[parameter["in"]]] or {}).get(name)
    if text is None:
        return [f"{name} is missing"] if parameter.get("required") else []
    return faults(int(text) if schema["type"] == "integer" else text, schema)


def _body_faults(event: dict[str, Any], operation: Operation) -> list[str]:
    if "requestBody" not in operation.spec:
        return [] if event["body"] is None else ["a body that the operation does not take"]
    schema = operation.spec["requestBody"]["content"][JSON]["schema"]
    return faults(json.loads(event["body"]), schema)

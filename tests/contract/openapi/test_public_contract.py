"""The contract for clients, `/openapi.json`, lacks only what belongs to API Gateway."""

import json
from typing import Any

import pytest
from layers.docs.build_site import public_contract
from openapi_spec_validator import OpenAPIV30SpecValidator
from tests.contract.documents import CONTRACT, Operation, operations, walk

PUBLIC: dict[str, Any] = public_contract(CONTRACT)

BEARER = {"type": "http", "scheme": "bearer"}


def is_internal(operation: Operation) -> bool:
    return bool(operation.spec.get("x-internal"))


def own(node: Any) -> Any:
    """Return a part of the contract as clients read it: no extensions of AWS, no scopes."""
    if isinstance(node, list):
        return [own(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {name: own(value) for name, value in node.items() if not name.startswith("x-amazon-")}
    return {name: [] if name == "CognitoAccessToken" else value for name, value in kept.items()}


def test_the_public_contract_is_valid() -> None:
    served = PUBLIC | {"servers": [{"url": "https://api.teppan.example"}]}
    OpenAPIV30SpecValidator(served).validate()


def test_the_public_contract_has_no_extension_of_aws() -> None:
    names = {path[-1] for path, _ in walk(PUBLIC) if path}

    assert {name for name in names if name.startswith("x-")} == {
        "x-teppan-roles",
        "x-teppan-throttle",
    }
    assert "Fn::" not in json.dumps(PUBLIC)


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.id)
def test_a_public_operation_is_as_in_the_contract(operation: Operation) -> None:
    served = PUBLIC["paths"].get(operation.path, {}).get(operation.method.lower())

    assert served == (None if is_internal(operation) else own(operation.spec))


def test_everything_else_is_as_in_the_contract() -> None:
    changed = {"paths", "servers", "tags", "components"}
    components = own(CONTRACT["components"]) | {"securitySchemes": {}}

    assert {name: PUBLIC[name] for name in PUBLIC.keys() - changed} == {
        name: own(value)
        for name, value in CONTRACT.items()
        if name not in changed and not name.startswith("x-")
    }
    assert PUBLIC["components"] | {"securitySchemes": {}} == components
    assert PUBLIC["tags"] == [tag for tag in CONTRACT["tags"] if "x-internal" not in tag]
    assert "servers" not in PUBLIC


def test_clients_send_the_access_token_as_a_bearer_token() -> None:
    """API Gateway needs the type `apiKey`, of which tools make a header without `Bearer`."""
    [scheme] = PUBLIC["components"]["securitySchemes"].values()

    assert scheme.items() >= BEARER.items()
    assert PUBLIC["security"] == [{"CognitoAccessToken": []}]

"""Add what the emulator's OpenAPI import leaves out, with API Gateway's own calls.

AWS imports request validators, required parameters and gateway responses from openapi.yaml; the
emulator imports routes, authorizers and integrations only. This module reads the rest from the
contract.
"""

from collections.abc import Iterator
from typing import Any, Final

from botocore.client import BaseClient

from local.aws.template import load_template
from local.errors import CommandError
from local.paths import CONTRACT

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")
_LOCATIONS: Final = {"query": "querystring", "header": "header", "path": "path"}
_VALIDATORS: Final = "x-amazon-apigateway-request-validators"
_VALIDATOR: Final = "x-amazon-apigateway-request-validator"
_RESPONSES: Final = "x-amazon-apigateway-gateway-responses"


def complete_import(gateway: BaseClient, api_id: str, stage: str) -> None:
    """Add what the imported API lacks, and deploy the API to `stage`."""
    contract = load_template(CONTRACT)
    validators = _create_validators(gateway, api_id, contract)
    resources = _resources_by_path(gateway, api_id)
    for path, method, operation in _operations(contract):
        validator = operation.get(_VALIDATOR, contract.get(_VALIDATOR))
        required = _required_parameters(contract, path, operation)
        if validator is None or not required:
            continue
        gateway.update_method(
            restApiId=api_id,
            resourceId=resources[path],
            httpMethod=method.upper(),
            patchOperations=[
                {"op": "replace", "path": "/requestValidatorId", "value": validators[validator]},
                *(
                    {"op": "add", "path": f"/requestParameters/{name}", "value": "true"}
                    for name in required
                ),
            ],
        )
    for kind, response in contract.get(_RESPONSES, {}).items():
        gateway.put_gateway_response(restApiId=api_id, responseType=kind, **_arguments(response))
    gateway.create_deployment(restApiId=api_id, stageName=stage)


def _create_validators(
    gateway: BaseClient, api_id: str, contract: dict[str, Any]
) -> dict[str, str]:
    """Create the contract's missing request validators; return the ids of all by name."""
    existing = gateway.get_request_validators(restApiId=api_id)["items"]
    validators: dict[str, str] = {item["name"]: item["id"] for item in existing}
    for name, settings in contract.get(_VALIDATORS, {}).items():
        if name not in validators:
            created = gateway.create_request_validator(restApiId=api_id, name=name, **settings)
            validators[name] = created["id"]
    return validators


def _resources_by_path(gateway: BaseClient, api_id: str) -> dict[str, str]:
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id)
    return {resource["path"]: resource["id"] for page in pages for resource in page["items"]}


def _operations(contract: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in contract.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _required_parameters(
    contract: dict[str, Any], path: str, operation: dict[str, Any]
) -> list[str]:
    """Return API Gateway's names of the operation's required parameters."""
    shared = contract["paths"][path].get("parameters", [])
    parameters = [
        _resolve(contract, parameter) for parameter in [*shared, *operation.get("parameters", [])]
    ]
    return [
        f"method.request.{_LOCATIONS[parameter['in']]}.{parameter['name']}"
        for parameter in parameters
        if parameter.get("required") and parameter["in"] in _LOCATIONS
    ]


def _resolve(contract: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the contract that `$ref` names, or `node` if it has no `$ref`."""
    reference = node.get("$ref")
    if reference is None:
        return node
    target: Any = contract
    for step in reference.removeprefix("#/").split("/"):
        if step not in target:
            raise CommandError(f"openapi.yaml refers to {reference}, which is not there.")
        target = target[step]
    found: dict[str, Any] = target
    return found


def _arguments(response: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of put_gateway_response for a gateway response of the contract."""
    templates = response.get("responseTemplates", {})
    arguments: dict[str, Any] = {
        "responseParameters": response.get("responseParameters", {}),
        # The emulator does not render $context.path, but renders $context.resourcePath.
        "responseTemplates": {
            kind: template.replace("$context.path", "$context.resourcePath")
            for kind, template in templates.items()
        },
    }
    if "statusCode" in response:
        arguments["statusCode"] = str(response["statusCode"])
    return arguments

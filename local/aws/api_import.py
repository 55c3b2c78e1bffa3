"""Add what the emulator's OpenAPI import leaves out, with API Gateway's own calls.

AWS imports request validators, required parameters and gateway responses from the deployed
contract; the emulator imports routes, authorizers and integrations only.
"""

from typing import Any, Final

from botocore.client import BaseClient

_LOCATIONS: Final = {"query": "querystring", "path": "path"}
_VALIDATORS: Final = "x-amazon-apigateway-request-validators"
_VALIDATOR: Final = "x-amazon-apigateway-request-validator"
_RESPONSES: Final = "x-amazon-apigateway-gateway-responses"


def complete_import(gateway: BaseClient, contract: dict[str, Any], api_id: str, stage: str) -> None:
    """Add what the API imported from `contract` lacks, and deploy the API to `stage`."""
    validator = _create_validators(gateway, api_id, contract)[contract[_VALIDATOR]]
    resources = _resources_by_path(gateway, api_id)
    operations = [
        (path, method, operation)
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
    ]
    for path, method, operation in operations:
        required = _required_parameters(operation)
        if not required:
            continue
        gateway.update_method(
            restApiId=api_id,
            resourceId=resources[path],
            httpMethod=method.upper(),
            patchOperations=[
                {"op": "replace", "path": "/requestValidatorId", "value": validator},
                *(
                    {"op": "add", "path": f"/requestParameters/{name}", "value": "true"}
                    for name in required
                ),
            ],
        )
    for kind, response in contract[_RESPONSES].items():
        gateway.put_gateway_response(restApiId=api_id, responseType=kind, **_arguments(response))
    gateway.create_deployment(restApiId=api_id, stageName=stage)


def _create_validators(
    gateway: BaseClient, api_id: str, contract: dict[str, Any]
) -> dict[str, str]:
    """Create the contract's missing request validators; return the ids of all by name."""
    existing = gateway.get_request_validators(restApiId=api_id)["items"]
    validators: dict[str, str] = {item["name"]: item["id"] for item in existing}
    for name, settings in contract[_VALIDATORS].items():
        if name not in validators:
            created = gateway.create_request_validator(restApiId=api_id, name=name, **settings)
            validators[name] = created["id"]
    return validators


def _resources_by_path(gateway: BaseClient, api_id: str) -> dict[str, str]:
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id)
    return {resource["path"]: resource["id"] for page in pages for resource in page["items"]}


def _required_parameters(operation: dict[str, Any]) -> list[str]:
    """Return API Gateway's names of the operation's required parameters."""
    return [
        f"method.request.{_LOCATIONS[parameter['in']]}.{parameter['name']}"
        for parameter in operation["parameters"]
        if parameter["required"]
    ]


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

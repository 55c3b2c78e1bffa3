"""The document that template.yaml includes: the parts of the contract that API Gateway uses.

CloudFormation limits a template to 1,000,000 bytes after its includes. API Gateway routes,
authorizes, throttles and checks parameters; it passes bodies and responses through. So
descriptions, schemas and examples stay in openapi.yaml. Header parameters stay there too: API
Gateway would compare their names by case, and HTTP/2 sends names in lower case. Functions check
headers and bodies.
"""

from collections.abc import Iterator
from typing import Any, Final

from local.errors import CommandError

_METHODS: Final = ("get", "put", "post", "delete", "options", "head")

_GATEWAY: Final = "x-amazon-apigateway-"
_OF_DOCUMENT: Final = frozenset({"openapi", "security"})
_OF_SCHEME: Final = frozenset({"type", "in", "name"})
_OF_OPERATION: Final = frozenset({"operationId", "security"})


def deployed_contract(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the contract as it is deployed."""
    info = contract["info"]
    return {
        **_kept(contract, _OF_DOCUMENT),
        "info": {"title": info["title"], "version": info["version"]},
        "paths": {path: _path(contract, item) for path, item in contract["paths"].items()},
        "components": {
            "securitySchemes": {
                name: _kept(scheme, _OF_SCHEME)
                for name, scheme in contract["components"]["securitySchemes"].items()
            }
        },
    }


def _path(contract: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(contract, item[method]) for method in _METHODS if method in item}


def _operation(contract: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    # OpenAPI requires `responses`; SAM deploys APIs with empty ones too.
    return {
        **_kept(operation, _OF_OPERATION),
        "parameters": list(_parameters(contract, operation)),
        "responses": {},
    }


def _kept(node: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key in names or key.startswith(_GATEWAY)}


def _parameters(contract: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in operation.get("parameters", []):
        parameter = _resolved(contract, each)
        if parameter["in"] != "header":
            yield {
                "name": parameter["name"],
                "in": parameter["in"],
                "required": parameter.get("required", False),
                "schema": {"type": parameter["schema"]["type"]},
            }


def _resolved(contract: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter, which may be a reference to a shared one. Raises CommandError."""
    if "$ref" not in parameter:
        return parameter
    name = parameter["$ref"].rpartition("/")[2]
    try:
        shared: dict[str, Any] = contract["components"]["parameters"][name]
    except KeyError:
        raise CommandError(
            f"openapi.yaml refers to {parameter['$ref']}, which is not there."
        ) from None
    return shared

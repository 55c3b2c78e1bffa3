"""The contract and the template as data, and the relations of their names."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from local.aws.deployed_contract import deployed_contract
from local.aws.template import load_template, resources_of_type
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from tests.builders import ROOT

CONTRACT_TEXT = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
CONTRACT: dict[str, Any] = yaml.load(CONTRACT_TEXT, Loader=yaml.CSafeLoader)
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
DEPLOYED: dict[str, Any] = deployed_contract(CONTRACT)
GATEWAY_RESPONSES: dict[str, Any] = DEPLOYED["x-amazon-apigateway-gateway-responses"]

TEMPLATE = load_template(ROOT / "template.yaml")
FUNCTIONS = resources_of_type(TEMPLATE, "AWS::Serverless::Function")

JSON, PROBLEM_JSON = "application/json", "application/problem+json"

POOL, URL, STREAM, SCHEDULE = "user pool", "function URL", "stream", "schedule"

CALLERS: Mapping[str, str] = {
    "customizeTokens": POOL,
    "stripeWebhook": URL,
    "followUpPayments": STREAM,
    "releaseUnpaidBookings": SCHEDULE,
    "completePastBookings": SCHEDULE,
    "reconcilePayments": SCHEDULE,
}
"""The functions that no operation calls, by name, with their callers."""

TRIGGERS = frozenset(CALLERS)

SERVED_BY: Mapping[str, str] = {"getDocsFile": "getDocs", "getOpenapi": "getDocs"}
"""The operations that share the function of another one, apart from those with HEAD."""

SECONDS: Mapping[str, int] = {
    "rate(5 minutes)": 300,
    "rate(1 hour)": 3_600,
    "cron(0 11 * * ? *)": 86_400,
}
"""The time between two starts of a schedule."""

SUBSCRIPTION = ROOT / "events/payments/stripe_subscription.json"
"""The webhook's subscription at Stripe; it is not an event of a function."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract."""

    path: str
    method: str
    spec: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.spec["operationId"])

    @property
    def served_by(self) -> str:
        """The operationId of its function; the function of a GET serves the HEAD too."""
        if self.method == "HEAD":
            return str(CONTRACT["paths"][self.path]["get"]["operationId"])
        return SERVED_BY.get(self.id, self.id)

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return [resolved(parameter) for parameter in self.spec.get("parameters", [])]

    @property
    def is_secured(self) -> bool:
        return bool(self.spec.get("security", CONTRACT["security"]))

    @property
    def roles(self) -> frozenset[str]:
        """The roles that may call it; empty when it is public."""
        return frozenset(self.spec.get("x-teppan-roles", ()))

    @property
    def contents(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield status, media type and media type object of body (status "") and answers."""
        for media_type, content in self.spec.get("requestBody", {}).get("content", {}).items():
            yield "", media_type, content
        for status, answer in self.spec["responses"].items():
            for media_type, content in answer.get("content", {}).items():
                yield status, media_type, content


def operations() -> list[Operation]:
    methods = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
    return [
        Operation(path, method.upper(), spec)
        for path, item in CONTRACT["paths"].items()
        for method, spec in item.items()
        if method in methods
    ]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return the node that the `$ref` of `node` names, or `node` if it has none."""
    found: Any = CONTRACT
    if "$ref" not in node:
        return node
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return resolved(found)


def walk(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value below `node`, itself included, with the keys that lead to it."""
    yield path, node
    match node:
        case dict():
            for key, value in node.items():
                yield from walk(value, (*path, str(key)))
        case list():
            for index, value in enumerate(node):
                yield from walk(value, (*path, str(index)))


def faults(value: Any, schema: dict[str, Any]) -> list[str]:
    """Return the errors of `value` against a schema of the contract, with formats."""
    whole = {"allOf": [schema], "components": CONTRACT["components"]}
    validator = OAS30Validator(whole, format_checker=oas30_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def gateway_problem(kind: str) -> dict[str, Any]:
    """Return the body of API Gateway's own answer with its variables filled in."""
    template: str = GATEWAY_RESPONSES[kind]["responseTemplates"][JSON]
    # The only variable whose value has its own quotes.
    filled = template.replace("$context.error.messageString", '"a message"')
    problem: dict[str, Any] = json.loads(re.sub(r"\$context(\.\w+)+", "a-value", filled))
    return problem


def called_by(caller: str) -> list[str]:
    """Return the functions that `caller` calls, by name."""
    return sorted(name for name, what in CALLERS.items() if what == caller)


def pascal(operation_id: str) -> str:
    return operation_id[0].upper() + operation_id[1:]


def snake(operation_id: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", operation_id).lower()

"""The contract for tests of functions: which function serves an operation, and its answers."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from tests.builders import ROOT
from tests.contract.documents import FUNCTIONS as RESOURCES
from tests.contract.documents import (
    JSON,
    PROBLEM_JSON,
    SCHEDULE,
    SCHEMAS,
    STREAM,
    TRIGGERS,
    called_by,
    resolved,
    snake,
)
from tests.contract.places import complete

OPERATIONS: Final = {operation.id: operation for operation in complete()}
"""The operations with all their places; `tests/contract/test_names.py` fails for the others."""

FUNCTIONS: Final = {
    path.parent.name: f"{path.parent.parent.name}/{path.parent.name}"
    for path in ROOT.glob("functions/*/*/app.py")
}
"""The folder of every function, by its name."""

WEBHOOK: Final = "stripeWebhook"
"""The function that Stripe calls, on a URL of its own."""

JOBS: Final = (*called_by(STREAM), *called_by(SCHEDULE))
"""The functions that the table's stream or a schedule starts."""

GATEWAY_CODES: Final = frozenset(
    {"too_many_requests", "integration_failed", "integration_timeout"}
    | {"bad_request", "bad_request_body"}
)
"""The problems that only API Gateway answers; the cloud suite provokes them."""

CODES: Final = frozenset(SCHEMAS["ProblemCode"]["enum"]) - GATEWAY_CODES
"""The problems that our functions answer."""


def function_of(name: str) -> str:
    """Return the folder of the function of that name, or of the one that serves that operation."""
    return FUNCTIONS[snake(OPERATIONS[name].served_by if name in OPERATIONS else name)]


def own_test_file(operation: str) -> Path:
    """Return the test file of the function that serves an operation."""
    domain, _, name = function_of(operation).partition("/")
    return ROOT / "tests" / "functions" / domain / f"test_{name}.py"


def success_of(operation: str) -> int:
    """Return the status that the contract declares for success."""
    declared = OPERATIONS[operation].spec["responses"]
    return next(int(status) for status in declared if status.startswith("2"))


def usual_caller(operation: str) -> str | None:
    """Return the role of the usual caller, or None for a public operation."""
    declared = OPERATIONS[operation]
    if not declared.is_secured:
        return None
    return "customer" if "customer" in declared.roles else "admin"


def settings_of(function: str) -> dict[str, Any]:
    """Return the environment variables of the function in a folder, from the template."""
    variables: dict[str, Any] = _resource_of(function).get("Environment", {}).get("Variables", {})
    return variables


def layers_of(function: str) -> list[str]:
    """Return the names of our layers that the function in a folder uses, from the template."""
    added = _resource_of(function).get("Layers", [])
    return ["core", *(each["Ref"].removesuffix("Layer").lower() for each in added)]


def _resource_of(function: str) -> dict[str, Any]:
    name = "".join(part.title() for part in function.rpartition("/")[-1].split("_"))
    properties: dict[str, Any] = RESOURCES[f"{name}Function"]["Properties"]
    return properties


def complete_functions() -> list[str]:
    """Return the folders of the functions that serve a complete operation or no operation."""
    return sorted({function_of(each) for each in OPERATIONS} | not_operations())


def not_operations() -> set[str]:
    """Return the folders of the functions that serve no operation."""
    return {function_of(name) for name in TRIGGERS}


def body_schema(operation: str) -> dict[str, Any] | None:
    """Return the schema of the JSON body of `operation` without references, or None."""
    content = OPERATIONS[operation].spec.get("requestBody", {}).get("content")
    schema: dict[str, Any] | None = inlined(content[JSON]["schema"]) if content else None
    return schema


def parameters(operation: str, where: str) -> list[str]:
    """Return the names of the parameters of `operation` in its `path`, `query` or `header`."""
    return [each["name"] for each in OPERATIONS[operation].parameters if each["in"] == where]


def problems(operation: str) -> list[tuple[int, str]]:
    """Return the status and code of every problem that our function answers; not the gateway's."""
    return [
        (int(status), code)
        for status, media_type, content in OPERATIONS[operation].contents
        if media_type == PROBLEM_JSON
        for code in content["examples"]
        if code not in GATEWAY_CODES
    ]


def check(operation: str, status: int, headers: dict[str, str], body: Any) -> None:
    """Check an answer: a declared status, a declared media type, and exactly the declared body."""
    if operation == WEBHOOK:
        _check_webhook(status, headers, body)
        return
    declared = OPERATIONS[operation].spec["responses"]
    assert str(status) in declared, f"{operation} does not declare {status}: {body}"
    content = resolved(declared[str(status)]).get("content", {})
    if not content:
        assert body is None, f"{operation} {status} declares no body"
        return
    media_type = headers["Content-Type"].removesuffix("; charset=utf-8")
    assert media_type in content, f"{operation} {status} does not declare {media_type}"
    faults = [
        f"{fault.json_path}: {fault.message}"
        for fault in _validator(operation, status, media_type).iter_errors(body)
    ]
    assert not faults, f"{operation} {status}: {faults}"
    assert media_type != PROBLEM_JSON or body["instance"], f"{operation} {status}: no instance"


def _check_webhook(status: int, headers: dict[str, str], body: Any) -> None:
    """Check an answer of the webhook: the event was received, or a problem of any code."""
    if status == 200:
        assert body == {"received": True}
        return
    assert headers["Content-Type"] == PROBLEM_JSON
    if body is None:
        assert status == 405, "only a HEAD is answered without a body"
        return
    assert not list(_webhook_problem().iter_errors(body)), body


@cache
def _webhook_problem() -> OAS30Validator:
    problem = SCHEMAS["Problem"]
    code = {"code": {"type": "string"}}
    return OAS30Validator(
        inlined(problem | {"properties": problem["properties"] | code}),
        format_checker=oas30_format_checker,
    )


def inlined(schema: Any) -> Any:
    """Return `schema` with every `$ref` replaced by the schema that it names."""
    if isinstance(schema, list):
        return [inlined(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return inlined(resolved(schema))
    return {name: inlined(value) for name, value in schema.items()}


@cache
def _validator(operation: str, status: int, media_type: str) -> OAS30Validator:
    answer = resolved(OPERATIONS[operation].spec["responses"][str(status)])
    schema = answer["content"][media_type]["schema"]
    return OAS30Validator(_closed(inlined(schema)), format_checker=oas30_format_checker)


def _closed(schema: Any) -> Any:
    """Return `schema` without additional properties: an answer has only declared members."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed_schema = {name: _closed(value) for name, value in schema.items()}
    return closed_schema | (
        {"additionalProperties": False} if schema.get("type") == "object" else {}
    )

"""The answers of an operation follow from its callers, parameters, headers and body."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from tests.contract.documents import JSON, PROBLEM_JSON, SCHEMAS, Operation
from tests.contract.openapi.traits import (
    calls_stripe,
    changes_a_booking,
    is_about_an_account,
    is_documentation,
    is_for_staff_only,
    names_a_booking,
    names_a_payment,
    names_a_slot,
    takes,
    takes_body,
    takes_field,
    uses_the_database,
    uses_the_user_pool,
)
from tests.contract.places import complete
from tests.functions.example import declared, example_of

OPERATIONS: Final = {each.id: each for each in complete()}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda each: each.id)
each_declared = pytest.mark.parametrize(
    "operation", [OPERATIONS[each] for each in declared()], ids=declared()
)
"""The operations with a declaration, `OPERATION`; `test_access` fails for the others."""

VERSION: Final = {"$ref": "#/components/schemas/BookingVersion"}
REQUIRED_QUERY: Final = {"searchAvailability": {"from", "to"}}

PROBLEMS: Final[Mapping[str, Callable[[Operation], bool]]] = {
    "malformed_json": takes_body,
    "body_too_large": takes_body,
    "unsupported_media_type": takes_body,
    "missing_parameter": lambda each: takes(each, "Idempotency-Key") or each.id in REQUIRED_QUERY,
    "idempotency_key_reused": lambda each: takes(each, "Idempotency-Key"),
    "version_mismatch": lambda each: takes(each, "If-Match"),
    "invalid_cursor": lambda each: takes(each, "cursor"),
    "unauthorized": lambda each: each.is_secured,
    "forbidden": is_for_staff_only,
    "booking_not_found": names_a_booking,
    "payment_not_found": names_a_payment,
    "not_found": is_documentation,
    "edit_conflict": changes_a_booking,
    "validation_failed": lambda each: each.method not in {"HEAD", "OPTIONS"},
    "invalid_time": names_a_slot,
    "lead_time_too_short": names_a_slot,
    "too_far_ahead": lambda each: takes_field(each, "date"),
    "invalid_code": lambda each: takes_field(each, "code"),
    "too_many_requests": lambda each: each.method != "HEAD",
    "too_many_attempts": is_about_an_account,
    "internal_error": lambda each: each.method != "HEAD",
    "integration_failed": lambda each: each.method != "HEAD",
    "integration_timeout": lambda each: each.method != "HEAD",
    "storage_unavailable": lambda each: each.method != "HEAD" and uses_the_database(each),
    "identity_unavailable": uses_the_user_pool,
    "payment_provider_failed": calls_stripe,
    "payment_provider_unavailable": calls_stripe,
}
"""The condition for an operation to have a problem, by the problem's code.

An operation has also the problems of its own rules: the `provocations` of its declaration.
"""

HEADERS: Final[Mapping[str, Callable[[Operation], bool]]] = {
    "X-Request-Id": lambda _: True,
    "ETag": lambda each: properties_of(each).get("version") == VERSION,
    "Idempotency-Replayed": lambda each: takes(each, "Idempotency-Key"),
    "Cache-Control": lambda each: each.id == "searchAvailability",
    "Vary": lambda each: each.id == "searchAvailability",
    "Location": lambda each: each.id == "createBooking",
    "Access-Control-Allow-Methods": lambda each: each.method == "OPTIONS",
    "Access-Control-Allow-Headers": lambda each: each.method == "OPTIONS",
    "Access-Control-Allow-Origin": lambda each: each.method == "OPTIONS",
    "Access-Control-Max-Age": lambda each: each.method == "OPTIONS",
}
"""The condition for an operation's success to have a header, by the header's name."""


def success_status(operation: Operation) -> str:
    [status] = [each for each in operation.spec["responses"] if each < "400"]
    return str(status)


def properties_of(operation: Operation) -> Mapping[str, object]:
    """Return the properties of the successful answer; none if it has no body."""
    content = operation.spec["responses"][success_status(operation)].get("content", {})
    name = content[JSON]["schema"]["$ref"].rpartition("/")[2] if JSON in content else ""
    found: Mapping[str, object] = SCHEMAS[name].get("properties", {}) if name else {}
    return found


@each_declared
def test_an_operation_declares_exactly_the_problems_that_it_can_have(operation: Operation) -> None:
    named = {
        name
        for _, media_type, content in operation.contents
        if media_type == PROBLEM_JSON
        for name in content["examples"]
    }
    derived = {code for code, applies in PROBLEMS.items() if applies(operation)}
    own = set() if operation.method == "HEAD" else {*example_of(operation.id).provocations}
    can_have = derived | own
    assert named == can_have, (
        f"{operation.id}: the problems in openapi.yaml lack {sorted(can_have - named)} and have "
        f"too much {sorted(named - can_have)}. They follow from its roles "
        f"({', '.join(sorted(operation.roles)) or 'public'}), parameters and body (PROBLEMS in "
        "this file) and from its provocations (OPERATION in its own test file)."
    )


@each_operation
def test_an_operation_declares_exactly_the_headers_of_its_success(operation: Operation) -> None:
    answer = operation.spec["responses"][success_status(operation)]
    owed = {name for name, applies in HEADERS.items() if applies(operation)}
    assert answer.get("headers", {}).keys() == owed


@each_declared
def test_an_operation_declares_the_status_of_its_success(operation: Operation) -> None:
    assert success_status(operation) == str(example_of(operation.id).succeeds)


@each_operation
def test_an_operation_requires_only_path_parameters_idempotency_keys_and_availability_dates(
    operation: Operation,
) -> None:
    required = {each["name"] for each in operation.parameters if each.get("required")}
    in_path = {each["name"] for each in operation.parameters if each["in"] == "path"}
    key = {"Idempotency-Key"} if takes(operation, "Idempotency-Key") else set[str]()
    assert required == in_path | key | REQUIRED_QUERY.get(operation.id, set())


@each_operation
def test_a_head_operation_has_the_statuses_of_its_get(operation: Operation) -> None:
    if operation.method == "HEAD":
        get = OPERATIONS[operation.served_by]
        assert operation.spec["responses"].keys() == get.spec["responses"].keys()


@each_operation
def test_only_head_and_preflight_operations_answer_without_a_body(operation: Operation) -> None:
    answered = {status for status, _, _ in operation.contents if status}
    if operation.method == "HEAD":
        assert not answered
    else:
        assert set(operation.spec["responses"]) - answered <= {"204"}

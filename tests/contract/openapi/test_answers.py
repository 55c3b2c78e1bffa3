"""The answers of an operation follow from its callers, parameters, headers and body."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest
from tests.contract.documents import JSON, PROBLEM_JSON, SCHEMAS, Operation, operations

OPERATIONS: Final = {each.id: each for each in operations()}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda each: each.id)

WITHOUT_THE_DATABASE: Final = {"createQuote", "getHealth", "headHealth", "preflight"}
LOCKED: Final = {each.id for each in OPERATIONS.values() if "/auth/" in each.path}
OF_ONE_BOOKING: Final = {"createPaymentIntent", "refundPayment"}
"""Operations whose body has the booking's id."""

CHANGES_A_BOOKING: Final = {
    *("updateBooking", "cancelBooking"),
    *("createPaymentIntent", "confirmPayment", "refundPayment"),
}
FORBIDS_CUSTOMERS_A_FIELD: Final = {
    *("createBooking", "listBookings", "updateBooking", "cancelBooking")
}
CALLS_STRIPE: Final = {"createPaymentIntent", "confirmPayment"}
BOOKS: Final = {"createBooking", "updateBooking", "createQuote", "setSlotCapacity"}
"""Operations that claim a slot."""

VERSION: Final = {"$ref": "#/components/schemas/BookingVersion"}
REQUIRED_QUERY: Final = {"searchAvailability": {"from", "to"}}


def takes(operation: Operation, name: str) -> bool:
    return any(each["name"] == name for each in operation.parameters)


def takes_in(operation: Operation, where: str) -> bool:
    return any(each["in"] == where for each in operation.parameters)


def takes_body(operation: Operation) -> bool:
    return "requestBody" in operation.spec


PROBLEMS: Final[Mapping[str, Callable[[Operation], bool]]] = {
    "malformed_json": takes_body,
    "body_too_large": takes_body,
    "unsupported_media_type": takes_body,
    "missing_parameter": lambda each: takes(each, "Idempotency-Key") or each.id in REQUIRED_QUERY,
    "idempotency_key_reused": lambda each: takes(each, "Idempotency-Key"),
    "version_mismatch": lambda each: takes(each, "If-Match"),
    "invalid_cursor": lambda each: takes(each, "cursor"),
    "unauthorized": lambda each: each.is_secured,
    "forbidden": lambda each: each.roles == {"admin"} or each.id in FORBIDS_CUSTOMERS_A_FIELD,
    "booking_not_found": lambda each: takes(each, "booking_id") or each.id in OF_ONE_BOOKING,
    "edit_conflict": lambda each: each.id in CHANGES_A_BOOKING,
    "validation_failed": lambda each: each.method not in {"HEAD", "OPTIONS"},
    "invalid_time": lambda each: each.id in BOOKS,
    "lead_time_too_short": lambda each: each.id in BOOKS,
    "too_many_requests": lambda each: each.method != "HEAD",
    "too_many_attempts": lambda each: each.id in LOCKED,
    "internal_error": lambda each: each.method != "HEAD",
    "integration_failed": lambda each: each.method != "HEAD",
    "integration_timeout": lambda each: each.method != "HEAD",
    "storage_unavailable": lambda each: (
        each.method != "HEAD" and each.id not in WITHOUT_THE_DATABASE
    ),
    "identity_unavailable": lambda each: each.id in LOCKED | {"createBooking"},
    "payment_provider_failed": lambda each: each.id in CALLS_STRIPE,
    "payment_provider_unavailable": lambda each: each.id in CALLS_STRIPE,
}
"""The condition for an operation to have a problem, by the problem's code."""

RULES: Final[Mapping[str, set[str]]] = {
    "createBooking": {
        *("too_far_ahead", "slot_unavailable"),
        *("too_many_pending_bookings", "too_many_bookings_in_a_day"),
    },
    "updateBooking": {
        *("too_far_ahead", "slot_unavailable", "venue_too_far", "too_close_to_event"),
        *("too_late_to_reduce", "booking_not_changeable", "invalid_transition"),
    },
    "cancelBooking": {"too_late_to_cancel", "already_cancelled", "already_completed"},
    "quoteCancellation": {"too_late_to_cancel", "already_cancelled", "already_completed"},
    "createQuote": {"too_far_ahead", "venue_too_far"},
    "setSlotCapacity": {"slot_has_bookings"},
    "createPaymentIntent": {
        *("booking_not_payable", "payment_not_due", "payment_overdue", "payment_in_progress"),
        *("too_many_payment_attempts", "payment_refused_by_provider"),
    },
    "confirmPayment": {"payment_not_found"},
    "refundPayment": {"refund_exceeds_captured"},
    "confirmRegistration": {"invalid_code"},
    "confirmPasswordReset": {"invalid_code"},
    "login": {
        *("invalid_credentials", "mfa_required", "invalid_mfa_code"),
        *("password_reset_required", "login_unsupported"),
    },
    "refresh": {"invalid_refresh_token"},
}
"""The problems of an operation's own rules (`domain.md §2` to `§8`)."""

HEADERS: Final[Mapping[str, Callable[[Operation], bool]]] = {
    "X-Request-Id": lambda _: True,
    "ETag": lambda each: properties_of(each).get("version") == VERSION,
    "Idempotency-Replayed": lambda each: takes(each, "Idempotency-Key"),
    "Location": lambda each: each.id == "createBooking",
    "Access-Control-Allow-Methods": lambda each: each.method == "OPTIONS",
    "Access-Control-Allow-Headers": lambda each: each.method == "OPTIONS",
    "Access-Control-Allow-Origin": lambda each: each.method == "OPTIONS",
    "Access-Control-Max-Age": lambda each: each.method == "OPTIONS",
}
"""The condition for an operation's success to have a header, by the header's name."""

STATUSES: Final = {
    "201": {"createBooking", "createPaymentIntent", "refundPayment"},
    "202": {"register", "resendConfirmationCode", "requestPasswordReset"},
    "204": {"confirmRegistration", "confirmPasswordReset", "logout", "preflight"},
}
"""The operations whose success has another status than 200."""


def success_status(operation: Operation) -> str:
    [status] = [each for each in operation.spec["responses"] if each < "400"]
    return str(status)


def properties_of(operation: Operation) -> Mapping[str, object]:
    """Return the properties of the successful answer; none if it has no body."""
    content = operation.spec["responses"][success_status(operation)].get("content", {})
    name = content[JSON]["schema"]["$ref"].rpartition("/")[2] if content else ""
    found: Mapping[str, object] = SCHEMAS[name]["properties"] if name else {}
    return found


@each_operation
def test_an_operation_declares_exactly_the_problems_that_it_can_have(operation: Operation) -> None:
    named = {
        name
        for _, media_type, content in operation.contents
        if media_type == PROBLEM_JSON
        for name in content["examples"]
    }
    by_what_it_takes = {code for code, applies in PROBLEMS.items() if applies(operation)}
    assert named == by_what_it_takes | RULES.get(operation.id, set())


@each_operation
def test_an_operation_declares_exactly_the_headers_of_its_success(operation: Operation) -> None:
    answer = operation.spec["responses"][success_status(operation)]
    owed = {name for name, applies in HEADERS.items() if applies(operation)}
    assert answer.get("headers", {}).keys() == owed


@each_operation
def test_an_operation_declares_the_status_of_its_success(operation: Operation) -> None:
    expected = [status for status, ids in STATUSES.items() if operation.id in ids]
    assert [success_status(operation)] == (expected or ["200"])


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

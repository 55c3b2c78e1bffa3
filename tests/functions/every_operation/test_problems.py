"""Every problem that the contract declares for an operation, provoked there."""

import pytest
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.every_operation.standard_problems import provoke
from tests.functions.example import declared
from tests.functions.handlers import Handlers
from tests.functions.provocations import Scene

PROBLEMS = [
    pytest.param(operation, status, code, id=f"{operation}-{code}")
    for operation in declared()
    for status, code in contract.problems(operation)
]


def test_every_problem_code_is_declared_by_an_operation() -> None:
    promised = {
        code for operation in contract.OPERATIONS for _, code in contract.problems(operation)
    }

    assert promised == contract.CODES


@pytest.mark.parametrize(("operation", "status", "code"), PROBLEMS)
def test_an_operation_answers_each_problem_that_it_declares(
    call: Handlers, now: Clock, operation: str, status: int, code: str
) -> None:
    answer = provoke(Scene(call, now), operation, code)

    assert answer.problem == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert answer.body["type"] == f"/docs/problems#{code}"
    assert answer.body["title"]
    assert answer.body["detail"].endswith((".", "`."))
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]
    assert ("errors" in answer.body) == (code in {"validation_failed", "missing_parameter"})
    assert ("available_times" in answer.body) == (code == "slot_unavailable")
    assert ("Retry-After" in answer.headers) == (status in {429, 502, 503})
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/api/v1/bookings/x", "/é"])
def test_a_problem_names_the_path_of_the_request(call: Handlers, path: str) -> None:
    event = call.event("getBooking", booking_id="x") | {"path": path}

    assert call.send("getBooking", event).body["instance"] == path

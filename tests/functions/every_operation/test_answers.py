"""Our functions give every answer in the contract, and no other."""

import pytest
from tests.conftest import Clock
from tests.contract.documents import Operation, resolved
from tests.functions import contract
from tests.functions.every_operation.standard_problems import provoke
from tests.functions.example import declared
from tests.functions.handlers import Handlers
from tests.functions.provocations import Scene

SOMETIMES = {"Idempotency-Replayed", "Access-Control-Allow-Origin"}
"""Declared headers that not every answer has."""

FROM_THE_GATEWAY = {429, 502, 504}
"""The statuses that API Gateway answers, unless a function has a problem of its own for one."""


def codes(operation: Operation, status: int) -> list[str | None]:
    """Return the problem codes of a function's answers with `status`; [None] for a success.

    A HEAD declares no body; it has the problems of the GET that its function serves.
    The list is empty for a status of API Gateway alone, which the cloud suite tests.
    """
    problems = contract.problems(operation.served_by)
    ours: list[str | None] = [code for at, code in problems if at == status]
    return ours if ours or status in FROM_THE_GATEWAY else [None]


ANSWERS = [
    (operation.id, status, code)
    for operation in map(contract.OPERATIONS.__getitem__, declared())
    for status in map(int, operation.spec["responses"])
    for code in codes(operation, status)
]


@pytest.mark.parametrize(("operation", "status", "code"), ANSWERS)
def test_each_answer_of_a_function_is_as_the_contract_describes_it(
    call: Handlers, now: Clock, operation: str, status: int, code: str | None
) -> None:
    described = resolved(contract.OPERATIONS[operation].spec["responses"][str(status)])

    answer = provoke(Scene(call, now), operation, code)

    assert answer.status == status
    contract.check(operation, answer.status, answer.headers, answer.body)
    assert set(described.get("headers", {})) - SOMETIMES <= set(answer.headers)
    assert ("Retry-After" in answer.headers) == (status in {429, 502, 503})
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    if status >= 400 and answer.body is not None:
        assert answer.problem == (status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.body["status"] == status
        assert answer.body["type"] == f"/docs/problems#{code}"
        assert answer.body["title"]
        assert answer.body["detail"].endswith((".", "`."))
        assert answer.body["request_id"] == answer.headers["X-Request-Id"]
        assert ("errors" in answer.body) == (code in {"validation_failed", "missing_parameter"})
        assert ("available_times" in answer.body) == (code == "slot_unavailable")


def test_only_the_answer_of_a_head_has_no_body() -> None:
    without_body = {
        (operation, status)
        for operation, status, _ in ANSWERS
        if "content" not in resolved(contract.OPERATIONS[operation].spec["responses"][str(status)])
    }

    assert {(operation, status) for operation, status in without_body if status >= 400} == {
        (operation, status)
        for operation, status, _ in ANSWERS
        if status >= 400 and contract.OPERATIONS[operation].method == "HEAD"
    }


def test_an_undeclared_field_of_an_answer_is_found() -> None:
    health = {"status": "ok", "service": "teppan", "stage": "dev", "version": "1"}
    json = {"Content-Type": "application/json"}
    contract.check("getHealth", 200, json, health)

    with pytest.raises(AssertionError, match="surplus"):
        contract.check("getHealth", 200, json, health | {"surplus": 1})


def test_every_problem_code_is_declared_by_an_operation() -> None:
    promised = {
        code for operation in contract.OPERATIONS for _, code in contract.problems(operation)
    }

    assert promised == contract.CODES


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/api/v1/bookings/x", "/é"])
def test_a_problem_names_the_path_of_the_request(call: Handlers, path: str) -> None:
    event = call.event("getBooking", booking_id="x") | {"path": path}

    assert call.send("getBooking", event).body["instance"] == path

"""Our functions give every answer in the contract, and no other."""

from collections.abc import Iterator

import pytest
from tests.conftest import Clock
from tests.contract.documents import Operation, resolved
from tests.functions import contract
from tests.functions.every_operation.standard_problems import provoke
from tests.functions.example import declared
from tests.functions.handlers import handlers, keep_cursor_secret
from tests.functions.provocations import Scene

from teppan.store.table import Table

SOMETIMES = {"Idempotency-Replayed", "Access-Control-Allow-Origin"}
"""Declared headers that not every answer has."""

FROM_THE_GATEWAY = {429, 502, 504}
"""The statuses that API Gateway answers, unless a function has a problem of its own for one."""

HEAD_PROBLEMS = {422: "validation_failed", 500: "internal_error", 503: "storage_unavailable"}
"""The problem codes of a HEAD, which declares no body, by status."""


def codes(operation: Operation, status: int) -> list[str | None]:
    """Return the problem codes of a function's answers with `status`; [None] for a success.

    The list is empty for a status of API Gateway alone, which the cloud suite tests.
    """
    ours: list[str | None] = [code for at, code in contract.problems(operation.id) if at == status]
    if ours or status in FROM_THE_GATEWAY:
        return ours
    return [HEAD_PROBLEMS.get(status) if operation.method == "HEAD" else None]


ANSWERS = [
    (operation.id, status, code)
    for operation in map(contract.OPERATIONS.__getitem__, declared())
    for status in map(int, operation.spec["responses"])
    for code in codes(operation, status)
]


@pytest.fixture
def scene(table: Table, now: Clock) -> Iterator[Scene]:
    keep_cursor_secret()
    with handlers(table) as functions:
        yield Scene(functions, now)


@pytest.mark.parametrize(("operation", "status", "code"), ANSWERS)
def test_each_answer_of_a_function_is_as_the_contract_describes_it(
    scene: Scene, operation: str, status: int, code: str | None
) -> None:
    described = resolved(contract.OPERATIONS[operation].spec["responses"][str(status)])

    answer = provoke(scene, operation, code)

    assert answer.status == status
    contract.check(operation, answer.status, answer.headers, answer.body)
    assert set(described.get("headers", {})) - SOMETIMES <= set(answer.headers)


def test_an_undeclared_field_of_an_answer_is_found() -> None:
    health = {"status": "ok", "service": "teppan", "stage": "dev", "version": "1"}
    json = {"Content-Type": "application/json"}
    contract.check("getHealth", 200, json, health)

    with pytest.raises(AssertionError, match="surplus"):
        contract.check("getHealth", 200, json, health | {"surplus": 1})

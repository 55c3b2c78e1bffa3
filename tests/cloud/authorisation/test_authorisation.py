"""Access over HTTP: every kind of caller calls every operation of the contract.

The expected answers are derived from the contract (`tests.functions.every_operation.access`). The
requests are those that each operation declares in its own test file.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import pytest
from tests.cloud.authorisation.given import OverHttp, People, free_slots
from tests.cloud.authorisation.kinds import LOGGED_OUT, RELATIONS, Kind, bad_tokens, create_users
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import problem_of
from tests.functions import contract
from tests.functions.every_operation.access import (
    LIVE_SESSION_READS,
    CallerRelation,
    changes_something,
    expected_answer,
)
from tests.functions.example import declared, example_of
from tests.sizes import pairs

type Answered = tuple[int, str | None]


def expected(operation: str, kind: Kind) -> Answered:
    """Return the answer that the contract requires for a cell of the matrix."""
    if kind is not Kind.REVOKED:
        return expected_answer(operation, RELATIONS.get(kind, CallerRelation.STRANGER))
    # The role is checked before the session, because that takes no read.
    status, code = expected_answer(operation, CallerRelation.CUSTOMER)
    needs_live_session = changes_something(operation) or operation in LIVE_SESSION_READS
    if status < 300 and needs_live_session:
        return 401, "unauthorized"
    return status, code


@dataclass
class Matrix:
    """Sends each operation's request as each kind of caller."""

    people: People
    _shared: dict[str, OverHttp] = field(default_factory=dict)

    def given(self, operation: str, kind: Kind) -> OverHttp:
        """Return the request's data: new data if the request succeeds and may change it."""
        is_read = contract.OPERATIONS[operation].method in {"GET", "HEAD", "OPTIONS"}
        if is_read or expected(operation, kind)[0] >= 400:
            given = self._shared.setdefault(operation, OverHttp(self.people))
        else:
            given = OverHttp(self.people)
        given.caller = kind
        return given

    def send(self, operation: str, kind: Kind) -> Answered:
        """Return the operation's answer to a kind of caller."""
        request = example_of(operation).request(self.given(operation, kind))
        session = request.session or self.people.session(kind)
        called = contract.OPERATIONS[operation]
        has_idempotency_key = "Idempotency-Key" in contract.parameters(operation, "header")
        answer = self.people.cloud.api.request(
            called.method,
            called.path.replace("+", "").format(**request.path),
            token=session.access or None,
            body=request.body,
            query=request.query,
            headers={"Idempotency-Key": str(uuid.uuid4())} if has_idempotency_key else {},
        )
        return problem_of(answer)


def cells() -> list[tuple[str, Kind]]:
    """Return the cells of the matrix: every operation with every kind of caller.

    A public operation ignores the token, and one authorizer checks the tokens of all others. So
    `quick` takes turns with the kinds at a public operation, and with the bad tokens at the others.
    """
    public = [each for each in declared() if not contract.OPERATIONS[each].is_secured]
    secured = [each for each in declared() if each not in public]
    bad = [kind for kind in Kind if kind not in (Kind.NO_TOKEN, *RELATIONS, *LOGGED_OUT)]
    others = [kind for kind in Kind if kind not in bad]
    return [*product(secured, others), *pairs(secured, bad), *pairs(public, list(Kind))]


@pytest.fixture(scope="module")
def answers(cloud: RunningCloud, new_day: Callable[[], str]) -> dict[tuple[str, Kind], Answered]:
    """Return the answers of every operation to every kind of caller."""
    create_users(cloud)
    matrix = Matrix(People(cloud, bad_tokens(cloud), free_slots(new_day)))
    return {(name, kind): matrix.send(name, kind) for name, kind in cells()}


@pytest.mark.parametrize("operation", declared())
def test_every_operation_answers_each_kind_of_caller_as_the_contract_requires(
    answers: dict[tuple[str, Kind], Answered], operation: str
) -> None:
    kinds = [kind for name, kind in cells() if name == operation]

    assert {kind: answers[operation, kind] for kind in kinds} == {
        kind: expected(operation, kind) for kind in kinds
    }


def test_the_access_matrix_has_every_operation_and_kind_of_caller() -> None:
    secured = {each for each in contract.OPERATIONS if contract.OPERATIONS[each].is_secured}

    for kind in (Kind.NO_TOKEN, *RELATIONS, *LOGGED_OUT):
        assert {operation for operation, each in cells() if each is kind} >= secured
    assert {operation for operation, _ in cells()} == set(contract.OPERATIONS)
    assert {kind for operation, kind in cells() if operation in secured} == set(Kind)

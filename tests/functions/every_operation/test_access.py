"""Access: every operation, called by every kind of caller (`domain.md §8`)."""

from collections.abc import Callable
from itertools import product
from typing import Any, Final

import pytest
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER, claims
from tests.functions import contract
from tests.functions.every_operation.access import (
    CallerRelation,
    changes_something,
    expected_answer,
)
from tests.functions.example import declared, lines_to_write
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.requests import good_request
from tests.sizes import pairs

from teppan.store.table import Table

type Claims = dict[str, Any] | None

CALLERS: Final[dict[str, Callable[[], Claims]]] = {
    "nobody": lambda: None,
    "no claims": dict,
    "id token": lambda: claims(token_use="id"),
    "admin's id token": lambda: claims(ADMIN, "admin", token_use="id"),
    "no subject": lambda: claims("", "admin"),
    "another client": lambda: claims(client_id="another"),
    "admin of another client": lambda: claims(ADMIN, "admin", client_id="another"),
    "no client": lambda: claims(client_id=None),
    "Cognito's own scope": lambda: claims(scope="aws.cognito.signin.user.admin"),
    "no scope": lambda: claims(scope=None),
    "a scope that begins as ours": lambda: claims(scope="teppan/api/more"),
    "no session": lambda: claims(origin_jti=None),
    "a session from no time": lambda: claims(auth_time=None),
    "a session from nonsense": lambda: claims(auth_time="yesterday"),
    "owner": claims,
    "owner without groups": lambda: claims(groups=None),
    "other customer": lambda: claims(OTHER_CUSTOMER),
    "admin": lambda: claims(ADMIN, "admin"),
    "customer and admin": lambda: claims(ADMIN, "customer,admin"),
}
"""The claims that the gateway passes for each caller; the requested booking is the owner's."""

type Cell = tuple[str, str]


def relation_of(who: str) -> CallerRelation:
    """Return the relation of a caller to the owner's booking: a stranger without a valid token."""
    return {
        "owner": CallerRelation.CUSTOMER,
        "owner without groups": CallerRelation.CUSTOMER,
        "other customer": CallerRelation.ANOTHER_CUSTOMER,
        "admin": CallerRelation.ADMIN,
        "customer and admin": CallerRelation.ADMIN,
    }.get(who, CallerRelation.STRANGER)


def matrix() -> list[Cell]:
    """Return the cases to test: every operation with every caller.

    `quick` takes turns with the callers whose claims are refused, but for the one without a login.
    """
    refused = [who for who in CALLERS if relation_of(who) is CallerRelation.STRANGER]
    others = ["nobody", *(who for who in CALLERS if who not in refused)]
    return [*product(declared(), others), *pairs(declared(), refused[1:])]


def operations_that_answer(status: int) -> list[str]:
    """Return the operations that answer at least one caller with `status`."""
    return [
        each
        for each in declared()
        if status in {expected_answer(each, relation)[0] for relation in CallerRelation}
    ]


def call_as(call: Handlers, operation: str, who: str) -> Answer:
    """Send a good request for the owner's booking as `who`."""
    event = call.event(operation, **good_request(operation, call))
    set_claims(event, who)
    return call.send(operation, event)


def set_claims(event: dict[str, Any], who: str) -> None:
    """Set the claims of `who` in the event."""
    caller_claims = CALLERS[who]()
    event["requestContext"]["authorizer"] = (
        None if caller_claims is None else {"claims": caller_claims}
    )


def test_every_operation_declares_its_example() -> None:
    """The other suites run only over operations with a declaration."""
    undeclared = [each for each in contract.OPERATIONS if each not in declared()]

    assert not undeclared, "\n".join(lines_to_write(each) for each in undeclared)


@pytest.mark.usefixtures("everybody_has_an_account")
@pytest.mark.parametrize(("operation", "who"), matrix())
def test_each_caller_gets_the_answer_that_the_contract_declares(
    call: Handlers, operation: str, who: str
) -> None:
    answer = call_as(call, operation, who)

    expected, code = expected_answer(operation, relation_of(who))
    assert answer.status == expected
    assert answer.body is None or answer.problem[1] == code


@pytest.mark.parametrize("operation", [each for each in declared() if changes_something(each)])
def test_a_refused_caller_changes_nothing(
    call: Handlers, snapshot: Snapshot, operation: str
) -> None:
    request = good_request(operation, call)
    before = snapshot()

    for who in CALLERS:
        if expected_answer(operation, relation_of(who))[0] >= 400:
            event = call.event(operation, **request)
            set_claims(event, who)
            call.send(operation, event)
    assert snapshot() == before


@pytest.mark.parametrize("operation", operations_that_answer(404))
def test_another_customers_booking_gets_the_answer_of_an_unknown_one(
    call: Handlers, operation: str
) -> None:
    answer = call_as(call, operation, "other customer")

    assert answer.problem == expected_answer(operation, CallerRelation.ANOTHER_CUSTOMER)
    shown = str(answer.body)
    for secret in (CUSTOMER, "Aiko", "Ocean Front", "2026-12-24"):
        assert secret not in shown


@pytest.mark.parametrize(
    "operation", [each for each in declared() if "If-Match" in contract.parameters(each, "header")]
)
@pytest.mark.parametrize("if_match", ["*", '"1"', '"9"'])
def test_an_if_match_does_not_reveal_another_customers_booking(
    call: Handlers, operation: str, if_match: str
) -> None:
    request = good_request(operation, call, by=OTHER_CUSTOMER)

    answer = call(operation, **request, headers={"If-Match": if_match})

    assert answer.problem == (404, "booking_not_found")


def test_a_customer_lists_no_booking_of_another(call: Handlers, table: Table) -> None:
    stored_booking(table)

    assert call("listBookings", by=OTHER_CUSTOMER).body == {"items": []}


@pytest.mark.parametrize("operation", operations_that_answer(401))
def test_a_401_names_the_bearer_scheme(call: Handlers, operation: str) -> None:
    answer = call_as(call, operation, "nobody")

    assert answer.problem == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", operations_that_answer(401))
def test_a_caller_without_a_token_gets_a_401_whatever_else_is_wrong(
    call: Handlers, operation: str
) -> None:
    request = good_request(operation, call, by=None, query={"page": "2"})

    answer = call(operation, **request, headers={"If-Match": "junk"})

    assert answer.problem == (401, "unauthorized")


@pytest.mark.parametrize(
    ("groups", "status"),
    [
        pytest.param("admin", 200, id="as API Gateway writes one"),
        pytest.param("customer,admin", 200, id="as API Gateway writes several"),
        pytest.param("[customer, admin]", 200, id="as a list prints"),
        pytest.param("[customer admin]", 200, id="as HTTP APIs write it"),
        pytest.param('["admin"]', 200, id="as JSON"),
        pytest.param(["customer", "admin"], 200, id="as a list"),
        pytest.param("", 403, id="none"),
        pytest.param("administrators", 403, id="a longer name"),
        pytest.param("not-admin", 403, id="a name that ends alike"),
        pytest.param("Admin", 403, id="another case"),
        pytest.param("customer,admin2", 403, id="a name that begins alike"),
    ],
)
def test_only_the_admin_group_makes_an_admin(
    call: Handlers, groups: str | list[str], status: int
) -> None:
    event = call.event("setSlotCapacity", **good_request("setSlotCapacity", call))
    event["requestContext"]["authorizer"] = {"claims": claims(ADMIN, groups)}

    assert call.send("setSlotCapacity", event).status == status

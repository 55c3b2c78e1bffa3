"""Who may call what: every operation against every kind of caller (`domain.md §8`)."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER, claims
from tests.functions import contract
from tests.functions.given import Snapshot, stored
from tests.functions.handlers import Answer, Handlers
from tests.functions.requests import good_request, known

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
"""What the gateway says of the caller; the booking asked for is the owner's."""

STRANGERS: Final = tuple(CALLERS)[: tuple(CALLERS).index("owner")]

ANYBODY: Final = dict.fromkeys(CALLERS, 200)
ACCOUNTS: Final = ANYBODY | dict.fromkeys(STRANGERS, 401)
OWNER_OR_STAFF: Final = ACCOUNTS | {"other customer": 404}
STAFF_ONLY: Final = ACCOUNTS | dict.fromkeys(
    ("owner", "owner without groups", "other customer"), 403
)


def made(by: dict[str, int]) -> dict[str, int]:
    """Return who gets what of an operation that makes something."""
    return {who: 201 if status == 200 else status for who, status in by.items()}


ACCESS: Final[dict[str, dict[str, int]]] = {
    "createBooking": made(ACCOUNTS),
    "listBookings": ACCOUNTS,
    "getBooking": OWNER_OR_STAFF,
    "updateBooking": OWNER_OR_STAFF,
    "cancelBooking": OWNER_OR_STAFF,
    "quoteCancellation": OWNER_OR_STAFF,
    "listBookingEvents": OWNER_OR_STAFF,
    "createPaymentIntent": made(OWNER_OR_STAFF),
    "confirmPayment": OWNER_OR_STAFF,
    "refundPayment": made(STAFF_ONLY),
    "listPayments": OWNER_OR_STAFF,
    "listWebhookEvents": STAFF_ONLY,
    "searchAvailability": ANYBODY,
    "setSlotCapacity": STAFF_ONLY,
    "createQuote": ANYBODY,
    "register": dict.fromkeys(CALLERS, 202),
    "confirmRegistration": dict.fromkeys(CALLERS, 204),
    "resendConfirmationCode": dict.fromkeys(CALLERS, 202),
    "login": ANYBODY,
    "refresh": ANYBODY,
    "logout": {who: 204 if at == 200 else at for who, at in ACCOUNTS.items()},
    "requestPasswordReset": dict.fromkeys(CALLERS, 202),
    "confirmPasswordReset": dict.fromkeys(CALLERS, 204),
    "getMe": ACCOUNTS,
    "getHealth": ANYBODY,
    "headHealth": ANYBODY,
    "getDatabaseHealth": ANYBODY,
    "headDatabaseHealth": ANYBODY,
    "preflight": dict.fromkeys(CALLERS, 204),
}
"""The status that each caller gets from each operation; a new operation must be added here."""

WRITES: Final = (
    "createBooking",
    "updateBooking",
    "cancelBooking",
    "createPaymentIntent",
    "confirmPayment",
    "refundPayment",
    "setSlotCapacity",
    "logout",
)


def call_as(call: Handlers, operation: str, who: str) -> Answer:
    """Send a good request about the owner's booking as `who`."""
    request = good_request(operation, call)
    event = call.event(operation, **request)
    identify(event, who)
    return call.send(operation, event)


def identify(event: dict[str, Any], who: str) -> None:
    """Let the gateway say that the event comes from `who`."""
    told = CALLERS[who]()
    event["requestContext"]["authorizer"] = None if told is None else {"claims": told}


def test_the_matrix_covers_the_contract_and_every_function() -> None:
    assert set(ACCESS) == set(contract.OPERATIONS) == known()
    served = {contract.function_of(each) for each in ACCESS}
    assert set(contract.FUNCTIONS.values()) - contract.not_operations() == served


@pytest.mark.parametrize("operation", ACCESS)
def test_what_the_contract_calls_public_is_open_to_anybody(operation: str) -> None:
    assert contract.OPERATIONS[operation].is_secured == (ACCESS[operation]["nobody"] == 401)


@pytest.mark.usefixtures("everybody_has_an_account")
@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("operation", ACCESS)
def test_each_caller_gets_what_is_theirs(
    call: Handlers, table: Table, operation: str, who: str
) -> None:
    assert call_as(call, operation, who).status == ACCESS[operation][who]


@pytest.mark.parametrize("operation", WRITES)
def test_a_refused_caller_changes_nothing(
    call: Handlers, snapshot: Snapshot, operation: str
) -> None:
    request = good_request(operation, call)
    before = snapshot()

    for who, status in ACCESS[operation].items():
        if status >= 400:
            event = call.event(operation, **request)
            identify(event, who)
            call.send(operation, event)
    assert snapshot() == before


@pytest.mark.parametrize("operation", [name for name in ACCESS if 404 in ACCESS[name].values()])
def test_anothers_booking_is_not_even_there(call: Handlers, table: Table, operation: str) -> None:
    answer = call_as(call, operation, "other customer")

    named = "payment" if operation == "confirmPayment" else "booking"
    assert answer.problem == (404, f"{named}_not_found")
    shown = str(answer.body)
    for secret in (CUSTOMER, "Aiko", "Ocean Front", "2026-12-24"):
        assert secret not in shown


@pytest.mark.parametrize("operation", ["updateBooking", "cancelBooking"])
@pytest.mark.parametrize("if_match", ["*", '"1"', '"9"'])
def test_nor_does_a_precondition_tell(call: Handlers, operation: str, if_match: str) -> None:
    request = good_request(operation, call, by=OTHER_CUSTOMER)

    answer = call(operation, **request, headers={"If-Match": if_match})

    assert answer.problem == (404, "booking_not_found")


def test_a_customer_lists_nothing_of_another(call: Handlers, table: Table) -> None:
    stored(table)

    assert call("listBookings", by=OTHER_CUSTOMER).body == {"items": []}


@pytest.mark.parametrize("operation", [name for name in ACCESS if 401 in ACCESS[name].values()])
def test_who_has_not_logged_in_is_told_how(call: Handlers, table: Table, operation: str) -> None:
    answer = call_as(call, operation, "nobody")

    assert answer.problem == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", [name for name in ACCESS if 401 in ACCESS[name].values()])
def test_a_stranger_learns_nothing_of_what_else_is_wrong(call: Handlers, operation: str) -> None:
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

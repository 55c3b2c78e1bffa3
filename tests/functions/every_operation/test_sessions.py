"""A session that has been ended is refused wherever something is changed or staff is at work."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.client import BaseClient
from tests.builders import ADMIN, CUSTOMER, NOW, SESSION, SESSION_BEGAN
from tests.functions import contract
from tests.functions.every_operation.access import LIVE_SESSION_READS, changes_something
from tests.functions.example import declared
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers
from tests.functions.requests import Keywords, good_request
from tests.functions.wire import tapped

from teppan.domain.accounts.session import Session
from teppan.domain.caller import Role
from teppan.store.accounts import sessions
from teppan.store.table import Table

SECOND: Final = timedelta(seconds=1)
CUSTOMERS: Final = Session(SESSION, CUSTOMER, SESSION_BEGAN)
ADMINS: Final = Session(SESSION, ADMIN, SESSION_BEGAN)

SECURED: Final = [each for each in declared() if contract.OPERATIONS[each].is_secured]
CHANGING: Final = [
    each for each in SECURED if changes_something(each) or each in LIVE_SESSION_READS
]
STAFF_ONLY: Final = [
    name for name in SECURED if contract.OPERATIONS[name].roles == {Role.ADMIN.value}
]
READ_BY_CUSTOMERS: Final = [each for each in SECURED if each not in {*CHANGING, *STAFF_ONLY}]


def refuse_reset(table: Table, session: Session) -> None:
    begun = NOW - 30 * SECOND
    sessions.begin_reset(table, session.account_id, begun)
    sessions.abandon_reset(table, session.account_id, begun)


type End = Callable[[Table, Session], None]

ENDS: Final[dict[str, End]] = {
    "logged out": lambda table, session: sessions.end(table, session, NOW),
    "password changed": lambda table, session: sessions.end_all(table, session.account_id, NOW),
    "password changed a second after it began": lambda table, session: sessions.end_all(
        table, session.account_id, SESSION_BEGAN + SECOND
    ),
    "a reset that was stopped": lambda table, session: sessions.begin_reset(
        table, session.account_id, NOW - 20 * SECOND
    ),
    "a reset that was stopped while it began": lambda table, session: sessions.begin_reset(
        table, session.account_id, SESSION_BEGAN - 19 * SECOND
    ),
}
"""What ends a session before its access token does."""

LIVES: Final[dict[str, End]] = {
    "another session was logged out of": lambda table, session: sessions.end(
        table, Session("another", session.account_id, SESSION_BEGAN), NOW
    ),
    "another account's password was changed": lambda table, _: sessions.end_all(
        table, "another", NOW
    ),
    "it began after the password was changed": lambda table, session: sessions.end_all(
        table, session.account_id, SESSION_BEGAN
    ),
    "a reset is being confirmed": lambda table, session: sessions.begin_reset(
        table, session.account_id, NOW - 19 * SECOND
    ),
    "it began after a reset that was stopped": lambda table, session: sessions.begin_reset(
        table, session.account_id, SESSION_BEGAN - 20 * SECOND
    ),
    "a reset was refused": refuse_reset,
}
"""What does not."""


@pytest.fixture(autouse=True)
def accounts(everybody_has_an_account: None) -> None:
    """Whoever calls has an account."""


@pytest.fixture
def ask(call: Handlers) -> Callable[..., Answer]:
    """Send a good request in the session of the builders, by a customer or an admin."""

    def send(operation: str, by: str, request: Keywords | None = None) -> Answer:
        session = {
            "sub": by,
            "origin_jti": SESSION,
            "auth_time": f"{SESSION_BEGAN.timestamp():.0f}",
            "cognito:groups": "admin" if by == ADMIN else "customer",
        }
        made = request or good_request(operation, call)
        return call(operation, **made | {"by": by, "claims": session})

    return send


type Ask = Callable[..., Answer]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("operation", CHANGING)
def test_nothing_is_changed_in_a_session_that_has_ended(
    call: Handlers, ask: Ask, table: Table, snapshot: Snapshot, operation: str, end: str
) -> None:
    by, session = (ADMIN, ADMINS) if operation in STAFF_ONLY else (CUSTOMER, CUSTOMERS)
    request = good_request(operation, call)
    ENDS[end](table, session)
    before = snapshot()

    answer = ask(operation, by, request)

    assert answer.problem == (401, "unauthorized")
    assert answer.body["detail"] == "Your session has ended. Log in again."
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert snapshot() == before


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("operation", SECURED)
def test_staff_does_nothing_at_all_in_one(
    call: Handlers, ask: Ask, table: Table, snapshot: Snapshot, operation: str, end: str
) -> None:
    request = good_request(operation, call)
    ENDS[end](table, ADMINS)
    before = snapshot()

    assert ask(operation, ADMIN, request).problem == (401, "unauthorized")
    assert snapshot() == before


@pytest.mark.parametrize("operation", READ_BY_CUSTOMERS)
def test_a_customer_may_read_until_the_token_ends(
    call: Handlers, ask: Ask, table: Table, operation: str
) -> None:
    request = good_request(operation, call)
    sessions.end(table, CUSTOMERS, NOW)

    assert ask(operation, CUSTOMER, request).status == 200


@pytest.mark.parametrize("live", LIVES)
@pytest.mark.parametrize("operation", CHANGING)
def test_a_session_goes_on_when(
    call: Handlers, ask: Ask, table: Table, operation: str, live: str
) -> None:
    request = good_request(operation, call)
    LIVES[live](table, ADMINS)

    assert ask(operation, ADMIN, request).status < 300


@pytest.mark.parametrize(
    ("operation", "by", "calls"),
    [
        ("listBookings", CUSTOMER, ["Query"]),
        ("updateBooking", CUSTOMER, ["BatchGetItem", "GetItem", "TransactWriteItems"]),
        ("getBooking", ADMIN, ["BatchGetItem", "GetItem"]),
        ("createQuote", CUSTOMER, []),
    ],
)
def test_the_check_is_one_read_where_it_is_made(
    ask: Ask, call: Handlers, dynamodb: BaseClient, operation: str, by: str, calls: list[str]
) -> None:
    request: dict[str, Any] = good_request(operation, call)

    with tapped(dynamodb) as wire:
        assert ask(operation, by, request).status == 200

    assert wire.calls == calls

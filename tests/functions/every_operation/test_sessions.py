"""An ended session is refused for every change, and for every request by staff."""

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
"""Events that end a session before its access token expires."""

NOT_ENDING: Final[dict[str, End]] = {
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
"""Events that do not end a session."""


@pytest.fixture(autouse=True)
def accounts(everybody_has_an_account: None) -> None:
    """Let every caller have an account."""


@pytest.fixture
def ask(call: Handlers) -> Callable[..., Answer]:
    """Send a good request in the default session, by a customer or an admin."""

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


@pytest.mark.parametrize("ending", ENDS)
@pytest.mark.parametrize("operation", CHANGING)
def test_an_ended_session_may_change_nothing(
    call: Handlers, ask: Ask, table: Table, snapshot: Snapshot, operation: str, ending: str
) -> None:
    by, session = (ADMIN, ADMINS) if operation in STAFF_ONLY else (CUSTOMER, CUSTOMERS)
    request = good_request(operation, call)
    ENDS[ending](table, session)
    before = snapshot()

    answer = ask(operation, by, request)

    assert answer.problem == (401, "unauthorized")
    assert answer.body["detail"] == "Your session has ended. Log in again."
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert snapshot() == before


@pytest.mark.parametrize("ending", ENDS)
@pytest.mark.parametrize("operation", SECURED)
def test_staff_may_do_nothing_in_an_ended_session(
    call: Handlers, ask: Ask, table: Table, snapshot: Snapshot, operation: str, ending: str
) -> None:
    request = good_request(operation, call)
    ENDS[ending](table, ADMINS)
    before = snapshot()

    assert ask(operation, ADMIN, request).problem == (401, "unauthorized")
    assert snapshot() == before


@pytest.mark.parametrize("operation", READ_BY_CUSTOMERS)
def test_a_customer_may_read_in_an_ended_session_until_the_token_expires(
    call: Handlers, ask: Ask, table: Table, operation: str
) -> None:
    request = good_request(operation, call)
    sessions.end(table, CUSTOMERS, NOW)

    assert ask(operation, CUSTOMER, request).status == 200


@pytest.mark.parametrize("event", NOT_ENDING)
@pytest.mark.parametrize("operation", CHANGING)
def test_a_session_goes_on_after_an_event_that_does_not_end_it(
    call: Handlers, ask: Ask, table: Table, operation: str, event: str
) -> None:
    request = good_request(operation, call)
    NOT_ENDING[event](table, ADMINS)

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
def test_the_session_check_costs_at_most_one_read(
    ask: Ask, call: Handlers, dynamodb: BaseClient, operation: str, by: str, calls: list[str]
) -> None:
    request: dict[str, Any] = good_request(operation, call)

    with tapped(dynamodb) as wire:
        assert ask(operation, by, request).status == 200

    assert wire.calls == calls

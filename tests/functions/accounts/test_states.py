"""The table of docs/accounts.md: the answer of each operation in each account state.

The expectations are read from the page, so the page and the functions cannot differ.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from tests.builders import ROOT
from tests.functions.cognito import CONFIRMATION_CODE, RESET_CODE, stubbed
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    account_of,
    codes_sent_to,
    confirmed,
    disable,
    disabled,
    invited,
    must_reset,
    registered,
    session_of,
    with_second_factor,
)
from tests.functions.requests import NEW_PASSWORD
from tests.store.faults import answered

HEADING: Final = "## What each operation answers in each state"
CHALLENGE: Final = {"ChallengeName": "EMAIL_OTP", "Session": "s" * 20}


STATES: Final[dict[str, Callable[[], Person]]] = {
    "no account": Person,
    "`UNCONFIRMED`": registered,
    "`CONFIRMED`": confirmed,
    "`CONFIRMED`, second factor": lambda: with_second_factor()[0],
    "`FORCE_CHANGE_PASSWORD` (made in the console)": invited,
    "`RESET_REQUIRED` (by an operator)": must_reset,
    "disabled": disabled,
}


def register(call: Handlers, person: Person) -> Answer:
    return call("register", {"email": person.email, "password": NEW_PASSWORD}, by=None)


def confirm(call: Handlers, person: Person) -> Answer:
    body = {"email": person.email, "code": CONFIRMATION_CODE, "password": NEW_PASSWORD}
    return call("confirmRegistration", body, by=None)


def log_in(call: Handlers, person: Person) -> Answer:
    return call("login", person.credentials, by=None)


def request_reset(call: Handlers, person: Person) -> Answer:
    return call("requestPasswordReset", {"email": person.email}, by=None)


def reset(call: Handlers, person: Person) -> Answer:
    """Confirm a reset by the code that was requested, if any."""
    request_reset(call, person)
    body = {"email": person.email, "code": RESET_CODE, "new_password": NEW_PASSWORD}
    return call("confirmPasswordReset", body, by=None)


def me(call: Handlers, person: Person) -> Answer:
    """Read the account with an access token that has not expired."""
    account = account_of(person.email)
    return call("getMe", by=account["Username"] if account else str(uuid.uuid4()))


OPERATIONS: Final = (register, confirm, log_in, request_reset, reset, me)
"""The columns of the table, in order."""


def rows() -> dict[str, list[str]]:
    """Return the cells of the table by state."""
    page = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    table = page.partition(HEADING)[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines[2:]]
    return {state: answers for state, *answers in cells}


def documented_answers() -> Iterator[Any]:
    for state, answers in rows().items():
        if state in STATES:
            for operation, cell in zip(OPERATIONS, answers, strict=True):
                yield pytest.param(state, operation, cell, id=f"{state} {operation.__name__}")


def test_every_account_state_of_the_page_is_tested() -> None:
    others = [state for state in rows() if state not in STATES]

    assert others == ["any, with a challenge that this API does not know"]
    assert len(rows()) == len(STATES) + 1


@pytest.mark.parametrize(("state", "operation", "cell"), [*documented_answers()])
def test_an_operation_answers_what_the_page_says_for_the_account_state(
    call: Handlers, state: str, operation: Callable[[Handlers, Person], Answer], cell: str
) -> None:
    person = STATES[state]()
    is_mailing = operation in (register, request_reset)
    before = codes_sent_to(person) if is_mailing else []

    answer = operation(call, person)

    status, code = re.findall(r"(\d{3})(?: `(\w+)`)?", cell)[0]
    assert answer.status == int(status)
    assert not code or answer.problem == (int(status), code)
    if is_mailing:
        assert ("code sent" in cell) == (len(codes_sent_to(person)) > len(before))


@pytest.mark.parametrize("state", ["`CONFIRMED`", "`FORCE_CHANGE_PASSWORD` (made in the console)"])
def test_an_unknown_challenge_has_the_same_answer_in_any_account_state(
    call: Handlers, state: str
) -> None:
    person = STATES[state]()

    with stubbed("InitiateAuth", answered(CHALLENGE)):
        assert log_in(call, person).problem == (403, "login_unsupported")


def test_a_disabled_account_has_no_live_session(call: Handlers) -> None:
    person = confirmed()
    tokens = session_of(person)
    disable(person)

    assert call("getMe", token=tokens.access).problem == (401, "unauthorized")
    refreshed = call("refresh", {"refresh_token": tokens.refresh}, by=None)
    assert refreshed.problem == (401, "invalid_refresh_token")

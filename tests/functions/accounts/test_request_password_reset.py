"""A reset request sends a code, and has the same answer for every address (`docs/accounts.md`)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import RESET_CODE, stubbed
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    account_of,
    can_log_in,
    codes_sent_to,
    confirmed,
    disable,
    invited,
    must_reset,
    registered,
)
from tests.functions.requests import NEW_PASSWORD
from tests.store.faults import Fault, lost_answer, lost_request, refused

from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(body={"email": given.confirmed.email}), succeeds=202
)

ANYBODY: dict[str, Callable[[Table], Person]] = {
    "without an account": lambda _: Person(),
    "waiting for confirmation": lambda _: registered(),
    "confirmed": lambda _: confirmed(),
    "whose password is void": lambda _: must_reset(),
}
"""Accounts that take the same calls; an invited account takes two more."""
CALLS = ["BatchGetItem", "UpdateItem", "UpdateItem", "AdminGetUser", "ForgotPassword"]


def request_reset(call: Handlers, person: Person, **changes: Any) -> Answer:
    return call("requestPasswordReset", {"email": person.email} | changes, by=None)


def test_a_reset_request_sends_a_code_and_keeps_the_password(call: Handlers) -> None:
    person = confirmed()
    mails = len(codes_sent_to(person))

    assert request_reset(call, person, email=person.email.upper()).status == 202

    assert codes_sent_to(person)[mails:] == [RESET_CODE]
    assert can_log_in(person.email, person.password)


def test_a_reset_request_ends_no_session(call: Handlers) -> None:
    person = confirmed()
    token = call("login", person.credentials, by=None).body["access_token"]

    request_reset(call, person)

    assert call("createBooking", "{", token=token).problem == (400, "malformed_json")


@pytest.mark.parametrize("who", ANYBODY)
def test_a_reset_request_has_the_same_answer_for_every_address(
    call: Handlers, table: Table, tap: Tap, who: str
) -> None:
    person = ANYBODY[who](table)

    with tap() as wire:
        answer = request_reset(call, person)

    assert (answer.status, answer.body["status"]) == (202, "accepted")
    assert answer.body == request_reset(call, Person()).body
    assert wire.calls == CALLS


def test_an_invited_account_can_reset_its_password(call: Handlers) -> None:
    # Given an invited account with its temporary password, for which Cognito itself sends no reset
    # code
    person = invited()
    assert call("login", person.credentials, by=None).problem == (403, "password_reset_required")

    # When its owner resets the password
    assert request_reset(call, person).body == request_reset(call, Person()).body
    (code,) = codes_sent_to(person)[-1:]
    body = {"email": person.email, "code": code, "new_password": NEW_PASSWORD}
    assert call("confirmPasswordReset", body, by=None).status == 204

    # Then the new password logs in
    answer = call("login", {"email": person.email, "password": NEW_PASSWORD}, by=None)
    assert answer.status == 200


def test_a_reset_request_does_not_change_a_disabled_invitation(call: Handlers) -> None:
    person = invited()
    disable(person)

    request_reset(call, person)

    account = account_of(person.email)
    assert account and account["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert {"Name": "email_verified", "Value": "true"} not in account["UserAttributes"]
    assert codes_sent_to(person) == []


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", ["AdminUpdateUserAttributes", "AdminSetUserPassword"])
def test_an_interrupted_reset_request_of_an_invited_account_can_be_repeated(
    call: Handlers, now: Clock, step: str, fault: Fault
) -> None:
    person = invited()
    with stubbed(step, fault):
        assert request_reset(call, person).status == 503

    now.set(now.at + timedelta(seconds=1))
    assert request_reset(call, person).status == 202

    assert codes_sent_to(person)[-1:] == [RESET_CODE]


@pytest.mark.parametrize(
    "code",
    [
        "InvalidParameterException",
        "UserNotFoundException",
        "NotAuthorizedException",
        "CodeDeliveryFailureException",
        "LimitExceededException",
    ],
)
def test_a_reset_request_that_cognito_refuses_is_accepted(call: Handlers, code: str) -> None:
    # Stubbed: the emulator has few of these errors.
    with stubbed("ForgotPassword", refused(code)):
        answer = request_reset(call, confirmed())

    assert answer.body == request_reset(call, Person()).body


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(len(CALLS)))
def test_an_interrupted_reset_request_can_be_repeated(
    call: Handlers, now: Clock, tap: Tap, step: int, fault: Fault
) -> None:
    person = confirmed()
    with tap(failing=step, fault=fault) as wire:
        stopped = request_reset(call, person)
    assert len(wire.calls) == step + 1
    assert stopped.status == 503

    now.set(now.at + timedelta(seconds=1))
    assert request_reset(call, person).status == 202

    assert RESET_CODE in codes_sent_to(person)

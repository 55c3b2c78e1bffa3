"""A code for whoever has forgotten the password, and the same answer for everybody (§6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import RESET_CODE, emulated, stubbed
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    account_of,
    can_log_in,
    codes_sent_to,
    confirmed,
    invited,
    must_reset,
    registered,
)
from tests.functions.requests import NEW_PASSWORD
from tests.store.faults import Fault, lost_answer, lost_request, refused

from teppan.store.table import Table

OPERATION = Example(request=lambda given: Request(body={"email": given.confirmed.email}))

ANYBODY: dict[str, Callable[[Table], Person]] = {
    "without an account": lambda _: Person(),
    "waiting for confirmation": lambda _: registered(),
    "confirmed": lambda _: confirmed(),
    "whose password is void": lambda _: must_reset(),
}
"""Those whom the same steps serve; an account that staff have made takes two more."""
CALLS = ["BatchGetItem", "UpdateItem", "UpdateItem", "AdminGetUser", "ForgotPassword"]


def forget(call: Handlers, person: Person, **changes: Any) -> Answer:
    return call("requestPasswordReset", {"email": person.email} | changes, by=None)


def test_a_code_is_sent_and_the_password_stays(call: Handlers) -> None:
    person = confirmed()
    mails = len(codes_sent_to(person))

    assert forget(call, person, email=person.email.upper()).status == 202

    assert codes_sent_to(person)[mails:] == [RESET_CODE]
    assert can_log_in(person.email, person.password)


def test_sessions_go_on(call: Handlers) -> None:
    person = confirmed()
    token = call("login", person.credentials, by=None).body["access_token"]

    forget(call, person)

    assert call("createBooking", "{", token=token).problem == (400, "malformed_json")


@pytest.mark.parametrize("who", ANYBODY)
def test_every_address_is_answered_alike(call: Handlers, table: Table, tap: Tap, who: str) -> None:
    person = ANYBODY[who](table)

    with tap() as wire:
        answer = forget(call, person)

    assert (answer.status, answer.body["status"]) == (202, "accepted")
    assert answer.body == forget(call, Person()).body
    assert wire.calls == CALLS


def test_an_account_made_in_the_console_gets_in_by_its_mailbox(call: Handlers) -> None:
    # Given an account with the password of an invitation, which Cognito sends no code to: its login
    # said "reset your password", which led nowhere
    person = invited()
    assert call("login", person.credentials, by=None).problem == (403, "password_reset_required")

    # When its owner does
    assert forget(call, person).body == forget(call, Person()).body
    (code,) = codes_sent_to(person)[-1:]
    body = {"email": person.email, "code": code, "new_password": NEW_PASSWORD}
    assert call("confirmPasswordReset", body, by=None).status == 204

    # Then they are in
    answer = call("login", {"email": person.email, "password": NEW_PASSWORD}, by=None)
    assert answer.status == 200


def test_a_disabled_invitation_stays_as_it_is(call: Handlers) -> None:
    person = invited()
    emulated().client.admin_disable_user(UserPoolId=emulated().pool_id, Username=person.email)

    forget(call, person)

    account = account_of(person.email)
    assert account and account["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert {"Name": "email_verified", "Value": "true"} not in account["UserAttributes"]
    assert codes_sent_to(person) == []


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", ["AdminUpdateUserAttributes", "AdminSetUserPassword"])
def test_stopped_while_it_lets_somebody_in_it_can_be_asked_for_again(
    call: Handlers, now: Clock, step: str, fault: Fault
) -> None:
    person = invited()
    with stubbed(step, fault):
        assert forget(call, person).status == 503

    now.set(now.at + timedelta(seconds=1))
    assert forget(call, person).status == 202

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
def test_what_cognito_may_say_of_an_address_is_not_passed_on(call: Handlers, code: str) -> None:
    # Stubbed: the emulator says few of them.
    with stubbed("ForgotPassword", refused(code)):
        answer = forget(call, confirmed())

    assert answer.body == forget(call, Person()).body


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(len(CALLS)))
def test_stopped_half_way_it_can_be_asked_for_again(
    call: Handlers, now: Clock, tap: Tap, step: int, fault: Fault
) -> None:
    person = confirmed()
    with tap(failing=step, fault=fault) as wire:
        stopped = forget(call, person)
    assert len(wire.calls) == step + 1
    assert stopped.status == 503

    now.set(now.at + timedelta(seconds=1))
    assert forget(call, person).status == 202

    assert RESET_CODE in codes_sent_to(person)

"""A resend sends another code, and has the same answer for every address (`docs/accounts.md`)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap, confirm
from tests.functions.cognito import stubbed
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import Person, codes_sent_to, confirmed, registered
from tests.store.faults import Fault, lost_answer, lost_request, refused

from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(body={"email": given.registered.email}), succeeds=202
)

ANYBODY: dict[str, Callable[[Table], Person]] = {
    "without an account": lambda _: Person(),
    "waiting for confirmation": lambda _: registered(),
    "confirmed": lambda _: confirmed(),
}
CALLS = ["BatchGetItem", "UpdateItem", "UpdateItem", "ResendConfirmationCode"]


def resend(call: Handlers, person: Person, **changes: Any) -> Answer:
    return call("resendConfirmationCode", {"email": person.email} | changes, by=None)


def test_a_resend_sends_another_code(call: Handlers, table: Table) -> None:
    person = registered()

    assert resend(call, person, email=person.email.upper()).status == 202

    assert len(codes_sent_to(person)) == 2
    assert confirm(call, person).status == 204


@pytest.mark.parametrize("who", ANYBODY)
def test_a_resend_has_the_same_answer_for_every_address(
    call: Handlers, table: Table, tap: Tap, who: str
) -> None:
    person = ANYBODY[who](table)

    with tap() as wire:
        answer = resend(call, person)

    assert (answer.status, answer.body["status"]) == (202, "accepted")
    assert answer.body == resend(call, Person()).body
    assert wire.calls == CALLS


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
def test_a_resend_that_cognito_refuses_is_accepted(call: Handlers, code: str) -> None:
    # Stubbed: on AWS a confirmed account is an invalid parameter; the emulator sends another code.
    with stubbed("ResendConfirmationCode", refused(code)):
        answer = resend(call, confirmed())

    assert answer.body == resend(call, Person()).body


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(len(CALLS)))
def test_an_interrupted_resend_can_be_repeated(
    call: Handlers, table: Table, now: Clock, tap: Tap, step: int, fault: Fault
) -> None:
    person = registered()
    with tap(failing=step, fault=fault) as wire:
        stopped = resend(call, person)
    assert len(wire.calls) == step + 1
    assert stopped.status == 503

    now.set(now.at + timedelta(seconds=1))
    assert resend(call, person).status == 202

    assert len(codes_sent_to(person)) >= 2
    assert confirm(call, person).status == 204

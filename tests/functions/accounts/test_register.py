"""A new account, and not a word on whether the address had one (§6)."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from tests.builders import visitor
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import CONFIRMATION_CODE, stubbed
from tests.functions.conftest import Output
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    account_of,
    can_log_in,
    codes_sent_to,
    confirmed,
    id_of,
    registered,
)
from tests.functions.requests import good_request
from tests.store.faults import Fault, lost_answer, lost_request, refused
from tests.store.threads import at_once

from teppan.identity.cognito.user_pool import user_pool
from teppan.identity.errors import TooManyAttempts
from teppan.services.accounts.register import register
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(body=given.newcomer.credentials),
    reads={"Accepted": "status detail"},
)

OTHER_PASSWORD = "another one entirely"
ACCEPTED = {
    "status": "accepted",
    "detail": "If the address allows it, a code is on its way to it.",
}

ANYBODY: dict[str, Callable[[Table], Person]] = {
    "without an account": lambda _: Person(),
    "waiting for confirmation": lambda _: registered(),
    "waiting, with another password": lambda _: Person(registered().email, OTHER_PASSWORD),
    "confirmed": lambda _: confirmed(),
    "confirmed, with another password": lambda _: Person(confirmed().email, OTHER_PASSWORD),
}
TAKE_AN_ADDRESS = [
    "register",
    "confirmRegistration",
    "resendConfirmationCode",
    "login",
    "requestPasswordReset",
    "confirmPasswordReset",
]
NEW = ["BatchGetItem", "UpdateItem", "UpdateItem", "SignUp"]
AGAIN = [*NEW, "ResendConfirmationCode"]


def sign_up(call: Handlers, person: Person, **changes: Any) -> Answer:
    return call("register", person.credentials | changes, by=None)


def confirm(call: Handlers, person: Person, **changes: Any) -> Answer:
    body = {**person.credentials, "code": CONFIRMATION_CODE} | changes
    return call("confirmRegistration", body, by=None)


def status_of(person: Person) -> str:
    account = account_of(person.email)
    return account["UserStatus"] if account else "none"


class TestANewAddress:
    def test_gets_an_account_that_waits_for_its_code(self, call: Handlers) -> None:
        person = Person()

        answer = sign_up(call, person)

        assert (answer.status, answer.body) == (202, ACCEPTED)
        assert status_of(person) == "UNCONFIRMED"
        assert codes_sent_to(person) == [CONFIRMATION_CODE]

    def test_is_kept_in_lower_case(self, call: Handlers) -> None:
        person = Person()

        sign_up(call, person, email=person.email.upper())

        assert status_of(person) == "UNCONFIRMED"
        assert sign_up(call, person).status == 202
        assert account_of(person.email.upper()) is None

    @pytest.mark.parametrize(
        "password",
        [
            "twelve chars",
            "ninety-nine characters" + " of sushi" * 8 + " rice",
            "all lower case, no digit",
            "824901756630",
            "寿司と味噌汁とご飯と天ぷら",
            "🍣🥢🍜🍱🍚" * 19,
            "in the middle are   spaces",
            "'; DROP TABLE--",
        ],
    )
    def test_may_have_any_password_that_is_long_enough(self, call: Handlers, password: str) -> None:
        person = Person(password=password)

        assert sign_up(call, person).status == 202
        assert confirm(call, person).status == 204
        assert can_log_in(person.email, password)

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "eleven char",
            "a hundred characters" + " of sushi" * 8 + " and rice",
            " " * 12,
            " twelve chars",
            "twelve chars ",
            "twelve chars\n",
            "\u3000twelve chars",
            "twelve\nchars",
            "twelve\tchars",
            "twelve\0chars",
        ],
    )
    def test_may_not_have_a_short_or_a_padded_one(
        self, call: Handlers, snapshot: Snapshot, password: str
    ) -> None:
        person = Person(password=password)

        refused_now = sign_up(call, person)

        assert refused_now.problem == (422, "validation_failed")
        assert refused_now.faults == ["body /password"]
        assert (status_of(person), snapshot()) == ("none", [])

    @pytest.mark.parametrize(
        "password",
        ["password1234", "QWERTYUIOP[]", "123456789012", "xxxxxxxxxxxx", "teppanteppan", "{email}"],
    )
    @pytest.mark.parametrize(
        "operation", ["register", "confirmRegistration", "confirmPasswordReset"]
    )
    def test_may_not_have_one_that_everybody_would_try(
        self, call: Handlers, snapshot: Snapshot, operation: str, password: str
    ) -> None:
        person = Person()
        chosen = password.format(email=person.email)
        body = {"email": person.email}
        if operation != "register":
            body["code"] = CONFIRMATION_CODE
        field = "new_password" if operation == "confirmPasswordReset" else "password"

        answer = call(operation, body | {field: chosen}, by=None)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == [f"body /{field}"]
        detail = answer.body["errors"][0]["detail"]
        assert "choose another one" in detail and chosen not in detail
        assert snapshot() == []

    @pytest.mark.parametrize(
        "email", ["a@example..com", "a@example.com.", "<a@b.c>", "mailto:a@b.c"]
    )
    @pytest.mark.parametrize("operation", TAKE_AN_ADDRESS)
    def test_is_one(self, call: Handlers, operation: str, email: str) -> None:
        request = good_request(operation, call)

        answer = call(operation, **request | {"body": request["body"] | {"email": email}})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /email"]

    def test_is_in_no_key_and_the_password_nowhere(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        person = Person()

        sign_up(call, person)

        assert len(snapshot()) == 2  # the attempts from its network, and at its address
        kept = "".join(snapshot())
        assert person.email not in kept
        assert person.password not in kept


class TestAnAddressThatWaits:
    def test_gets_another_code(self, call: Handlers) -> None:
        person = Person()
        sign_up(call, person)
        account = id_of(person)

        answer = sign_up(call, person)

        assert (answer.status, answer.body) == (202, ACCEPTED)
        assert id_of(person) == account
        assert len(codes_sent_to(person)) == 2
        assert confirm(call, person).status == 204

    def test_may_come_with_another_password(self, call: Handlers) -> None:
        first, second = (person := Person()), Person(person.email, OTHER_PASSWORD)
        sign_up(call, first)

        assert sign_up(call, second).status == 202

        for each in (first, second):
            answer = call("login", each.credentials, by=None)
            assert answer.problem == (401, "invalid_credentials")

    @pytest.mark.usefixtures("connected")
    def test_of_many_at_the_same_time_a_few_get_through(self, call: Handlers, table: Table) -> None:
        # Given twenty who register the same address from one network at the same time
        person = Person()

        answers = at_once([partial(register, table, user_pool(), person.email, visitor())] * 20)

        # Then whoever was refused must wait, and the owner of the mailbox can confirm
        refused_ones = [answer for answer in answers if answer is not None]
        assert all(isinstance(answer, TooManyAttempts) for answer in refused_ones)
        assert 1 <= len(answers) - len(refused_ones) <= 3
        assert confirm(call, person).status == 204


class TestAConfirmedAddress:
    @pytest.mark.parametrize("password", [Person().password, OTHER_PASSWORD])
    def test_stays_as_it_is(self, call: Handlers, password: str) -> None:
        person = confirmed()
        before = account_of(person.email)

        # Stubbed: on AWS a confirmed account is an invalid parameter of the resend.
        with stubbed("ResendConfirmationCode", refused("InvalidParameterException")):
            answer = sign_up(call, person, password=password)

        assert (answer.status, answer.body) == (202, ACCEPTED)
        after = account_of(person.email)
        assert before and after
        assert before["UserLastModifiedDate"] == after["UserLastModifiedDate"]
        assert can_log_in(person.email, person.password)

    def test_can_not_be_confirmed_into_by_a_later_registration(self, call: Handlers) -> None:
        person = confirmed()
        other = Person(person.email, OTHER_PASSWORD)
        sign_up(call, other)

        assert confirm(call, other).problem == (400, "invalid_code")
        assert not can_log_in(other.email, other.password)
        assert can_log_in(person.email, person.password)

    def test_is_not_told_to_somebody_who_registers_it(self, call: Handlers) -> None:
        other = Person(confirmed().email, OTHER_PASSWORD)
        sign_up(call, other)

        answer = call("login", other.credentials, by=None)

        assert answer.problem == (401, "invalid_credentials")


class TestAnotherOnesAddress:
    """Somebody registers the address of a person who has no account yet: the mailbox decides."""

    @pytest.fixture
    def victim(self) -> Person:
        return Person()

    @pytest.fixture
    def attacker(self, victim: Person) -> Person:
        return Person(victim.email, "the attacker's choice")

    def assert_is_the_victims(self, call: Handlers, victim: Person, attacker: Person) -> None:
        assert can_log_in(victim.email, victim.password)
        assert not can_log_in(attacker.email, attacker.password)
        assert call("login", attacker.credentials, by=None).problem == (401, "invalid_credentials")

    def test_before_they_do_themselves(
        self, call: Handlers, victim: Person, attacker: Person
    ) -> None:
        sign_up(call, attacker)
        sign_up(call, victim)

        assert confirm(call, victim).status == 204

        self.assert_is_the_victims(call, victim, attacker)

    def test_and_the_person_confirms_what_they_never_registered(
        self, call: Handlers, victim: Person, attacker: Person
    ) -> None:
        sign_up(call, attacker)

        assert confirm(call, victim).status == 204

        self.assert_is_the_victims(call, victim, attacker)

    def test_after_they_did(self, call: Handlers, victim: Person, attacker: Person) -> None:
        sign_up(call, victim)
        sign_up(call, attacker)

        assert confirm(call, victim).status == 204

        self.assert_is_the_victims(call, victim, attacker)

    def test_after_they_have_confirmed(
        self, call: Handlers, victim: Person, attacker: Person
    ) -> None:
        sign_up(call, victim)
        confirm(call, victim)

        sign_up(call, attacker)
        call("resendConfirmationCode", {"email": victim.email}, by=None)

        assert confirm(call, attacker).problem == (400, "invalid_code")
        self.assert_is_the_victims(call, victim, attacker)

    def test_without_the_mailbox_nothing_is_gained(self, call: Handlers, attacker: Person) -> None:
        sign_up(call, attacker)

        assert confirm(call, attacker, code="000000").problem == (400, "invalid_code")

        assert not can_log_in(attacker.email, attacker.password)
        answer = call("login", attacker.credentials, by=None)
        assert answer.problem == (401, "invalid_credentials")


@pytest.mark.parametrize("who", ANYBODY)
def test_every_address_is_answered_alike(call: Handlers, table: Table, who: str) -> None:
    answer = sign_up(call, ANYBODY[who](table))
    nobodys = sign_up(call, Person())

    assert (answer.status, answer.body) == (nobodys.status, nobodys.body) == (202, ACCEPTED)
    assert answer.headers.keys() == nobodys.headers.keys()


def test_nobody_knows_the_password_that_an_account_waits_with(call: Handlers) -> None:
    people, sent = [Person(), Person()], []

    def read(request: AWSPreparedRequest) -> None:
        sent.append(json.loads(request.body)["Password"])

    with stubbed("SignUp", read, read):
        for person in people:
            sign_up(call, person)

    first, second = sent
    assert first[:12] != second[:12] and first[-12:] != second[-12:]
    assert min(map(len, sent)) >= 43  # 256 bits
    for person in people:
        assert not {person.password, person.email} & set(sent)


@pytest.mark.parametrize(
    "code",
    [
        "CodeDeliveryFailureException",
        "InvalidParameterException",
        "LimitExceededException",
        "NotAuthorizedException",
        "UserNotFoundException",
    ],
)
@pytest.mark.parametrize("cognito_call", ["SignUp", "ResendConfirmationCode"])
def test_what_cognito_may_say_of_an_address_is_logged_and_not_passed_on(
    call: Handlers, output: Output, cognito_call: str, code: str
) -> None:
    # Stubbed: the emulator takes every address, and sends as many mails as it is asked to.
    person = Person() if cognito_call == "SignUp" else registered()

    with stubbed(cognito_call, refused(code)) as faults:
        answer = sign_up(call, person)

    assert not faults.pending
    assert (answer.status, answer.body) == (202, ACCEPTED)
    logged = output()
    assert code in logged and person.email not in logged


def test_an_account_that_appeared_meanwhile_gets_a_code(call: Handlers) -> None:
    # Stubbed: on AWS an account is found by its address in any case.
    person = confirmed()

    with stubbed("SignUp", refused("UsernameExistsException")):
        answer = sign_up(call, Person(person.email, OTHER_PASSWORD))

    assert (answer.status, answer.body) == (202, ACCEPTED)
    assert can_log_in(person.email, person.password)


def test_these_are_its_calls(call: Handlers, table: Table, tap: Tap) -> None:
    for person, calls in (
        (Person(), NEW),
        (registered(), AGAIN),
        (confirmed(), AGAIN),
    ):
        with tap() as wire:
            sign_up(call, person)
        assert wire.calls == calls


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(len(AGAIN)))
@pytest.mark.parametrize("who", ["without an account", "waiting for confirmation"])
def test_stopped_half_way_it_is_completed_by_registering_again(
    call: Handlers, table: Table, now: Clock, tap: Tap, who: str, step: int, fault: Fault
) -> None:
    # Given a registration of which one call fails, before or after it has taken effect
    person = ANYBODY[who](table)
    with tap(failing=step, fault=fault) as wire:
        stopped = sign_up(call, person)
    failed = len(wire.calls) > step
    assert stopped.status == (503 if failed else 202)
    assert failed or (who, step) == ("without an account", 4)

    # When it is made again
    now.set(now.at + timedelta(seconds=2))
    assert sign_up(call, person).status == 202

    # Then it is whole
    assert confirm(call, person).status == 204
    assert can_log_in(person.email, person.password)

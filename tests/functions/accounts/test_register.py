"""A registration creates an account and does not reveal whether the address had one.

See `docs/accounts.md`.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from tests.builders import visitor
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap, confirm
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
    status_of,
)
from tests.functions.requests import good_request
from tests.sizes import pairs
from tests.store.faults import Fault, lost_answer, lost_request, refused
from tests.store.threads import at_once

from teppan.identity.cognito.user_pool import user_pool
from teppan.identity.errors import TooManyAttempts
from teppan.services.accounts.register import register
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(body=given.newcomer.credentials),
    succeeds=202,
    reads={"RequestAccepted": "status detail"},
)

OTHER_PASSWORD = "another one entirely"
ACCEPTED = {
    "status": "accepted",
    "detail": "If a code can be sent to this address, it has been sent.",
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
MALFORMED_ADDRESSES = ["a@example..com", "a@example.com.", "<a@b.c>", "mailto:a@b.c"]
SET_A_PASSWORD = ["register", "confirmRegistration", "confirmPasswordReset"]
COMMON_PASSWORDS = [
    "password1234",
    "QWERTYUIOP[]",
    "123456789012",
    "xxxxxxxxxxxx",
    "teppanteppan",
    "{email}",
]
NEW = ["BatchGetItem", "UpdateItem", "UpdateItem", "SignUp"]
AGAIN = [*NEW, "ResendConfirmationCode"]


def sign_up(call: Handlers, person: Person, **changes: Any) -> Answer:
    return call("register", person.credentials | changes, by=None)


class TestNewAddress:
    def test_a_new_address_gets_an_unconfirmed_account_and_a_code(self, call: Handlers) -> None:
        person = Person()

        answer = sign_up(call, person)

        assert (answer.status, answer.body) == (202, ACCEPTED)
        assert status_of(person) == "UNCONFIRMED"
        assert codes_sent_to(person) == [CONFIRMATION_CODE]

    def test_a_new_address_is_kept_in_lower_case(self, call: Handlers) -> None:
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
    def test_a_registration_accepts_any_password_of_at_least_12_characters(
        self, call: Handlers, password: str
    ) -> None:
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
    def test_a_registration_refuses_a_short_or_padded_password(
        self, call: Handlers, snapshot: Snapshot, password: str
    ) -> None:
        person = Person(password=password)

        refused_now = sign_up(call, person)

        assert refused_now.problem == (422, "validation_failed")
        assert refused_now.faults == ["body /password"]
        assert (status_of(person), snapshot()) == ("none", [])

    @pytest.mark.parametrize(("operation", "password"), pairs(SET_A_PASSWORD, COMMON_PASSWORDS))
    def test_a_common_password_is_refused(
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

    @pytest.mark.parametrize(("operation", "email"), pairs(TAKE_AN_ADDRESS, MALFORMED_ADDRESSES))
    def test_a_malformed_email_address_is_refused(
        self, call: Handlers, operation: str, email: str
    ) -> None:
        request = good_request(operation, call)

        answer = call(operation, **request | {"body": request["body"] | {"email": email}})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /email"]

    def test_the_table_holds_no_address_and_no_password(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        person = Person()

        sign_up(call, person)

        assert len(snapshot()) == 2  # the attempts of the network, and of the address
        kept = "".join(snapshot())
        assert person.email not in kept
        assert person.password not in kept


class TestUnconfirmedAddress:
    def test_registering_an_unconfirmed_address_sends_another_code(self, call: Handlers) -> None:
        person = Person()
        sign_up(call, person)
        account = id_of(person)

        answer = sign_up(call, person)

        assert (answer.status, answer.body) == (202, ACCEPTED)
        assert id_of(person) == account
        assert len(codes_sent_to(person)) == 2
        assert confirm(call, person).status == 204

    def test_registering_an_unconfirmed_address_again_may_name_another_password(
        self, call: Handlers
    ) -> None:
        first, second = (person := Person()), Person(person.email, OTHER_PASSWORD)
        sign_up(call, first)

        assert sign_up(call, second).status == 202

        for each in (first, second):
            answer = call("login", each.credentials, by=None)
            assert answer.problem == (401, "invalid_credentials")

    @pytest.mark.usefixtures("connected")
    def test_simultaneous_registrations_of_one_address_are_limited(
        self, call: Handlers, table: Table
    ) -> None:
        # Given twenty simultaneous registrations of one address from one network
        person = Person()

        answers = at_once([partial(register, table, user_pool(), person.email, visitor())] * 20)

        # Then the refused ones must wait, and the owner of the mailbox can confirm
        refused_ones = [answer for answer in answers if answer is not None]
        assert all(isinstance(answer, TooManyAttempts) for answer in refused_ones)
        assert 1 <= len(answers) - len(refused_ones) <= 3
        assert confirm(call, person).status == 204


class TestConfirmedAddress:
    @pytest.mark.parametrize("password", [Person().password, OTHER_PASSWORD])
    def test_registering_a_confirmed_address_changes_nothing(
        self, call: Handlers, password: str
    ) -> None:
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

    def test_a_later_registration_cannot_take_over_a_confirmed_account(
        self, call: Handlers
    ) -> None:
        person = confirmed()
        other = Person(person.email, OTHER_PASSWORD)
        sign_up(call, other)

        assert confirm(call, other).problem == (400, "invalid_code")
        assert not can_log_in(other.email, other.password)
        assert can_log_in(person.email, person.password)

    def test_registering_a_confirmed_address_reveals_nothing(self, call: Handlers) -> None:
        other = Person(confirmed().email, OTHER_PASSWORD)
        sign_up(call, other)

        answer = call("login", other.credentials, by=None)

        assert answer.problem == (401, "invalid_credentials")


class TestForeignAddress:
    """A stranger registers the address of another person: only the mailbox's owner can confirm."""

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

    def test_an_address_that_a_stranger_registered_first_becomes_its_owners(
        self, call: Handlers, victim: Person, attacker: Person
    ) -> None:
        sign_up(call, attacker)
        sign_up(call, victim)

        assert confirm(call, victim).status == 204

        self.assert_is_the_victims(call, victim, attacker)

    def test_an_owner_who_confirms_a_strangers_registration_gets_the_account(
        self, call: Handlers, victim: Person, attacker: Person
    ) -> None:
        sign_up(call, attacker)

        assert confirm(call, victim).status == 204

        self.assert_is_the_victims(call, victim, attacker)

    def test_an_address_that_a_stranger_registered_second_becomes_its_owners(
        self, call: Handlers, victim: Person, attacker: Person
    ) -> None:
        sign_up(call, victim)
        sign_up(call, attacker)

        assert confirm(call, victim).status == 204

        self.assert_is_the_victims(call, victim, attacker)

    def test_a_stranger_who_registers_a_confirmed_address_gets_nothing(
        self, call: Handlers, victim: Person, attacker: Person
    ) -> None:
        sign_up(call, victim)
        confirm(call, victim)

        sign_up(call, attacker)
        call("resendConfirmationCode", {"email": victim.email}, by=None)

        assert confirm(call, attacker).problem == (400, "invalid_code")
        self.assert_is_the_victims(call, victim, attacker)

    def test_a_stranger_without_the_mailbox_cannot_log_in(
        self, call: Handlers, attacker: Person
    ) -> None:
        sign_up(call, attacker)

        assert confirm(call, attacker, code="000000").problem == (400, "invalid_code")

        assert not can_log_in(attacker.email, attacker.password)
        answer = call("login", attacker.credentials, by=None)
        assert answer.problem == (401, "invalid_credentials")


@pytest.mark.parametrize("who", ANYBODY)
def test_a_registration_has_the_same_answer_for_every_address(
    call: Handlers, table: Table, who: str
) -> None:
    answer = sign_up(call, ANYBODY[who](table))
    nobodys = sign_up(call, Person())

    assert (answer.status, answer.body) == (nobodys.status, nobodys.body) == (202, ACCEPTED)
    assert answer.headers.keys() == nobodys.headers.keys()


def test_an_unconfirmed_account_has_a_random_password(call: Handlers) -> None:
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
def test_a_registration_that_cognito_refuses_is_logged_and_accepted(
    call: Handlers, output: Output, cognito_call: str, code: str
) -> None:
    # Stubbed: the emulator accepts every address and has no limit of mails.
    person = Person() if cognito_call == "SignUp" else registered()

    with stubbed(cognito_call, refused(code)) as faults:
        answer = sign_up(call, person)

    assert not faults.pending
    assert (answer.status, answer.body) == (202, ACCEPTED)
    logged = output()
    assert code in logged and person.email not in logged


def test_an_account_that_was_created_meanwhile_gets_a_code(call: Handlers) -> None:
    # Stubbed: on AWS an account is found by its address in any case.
    person = confirmed()

    with stubbed("SignUp", refused("UsernameExistsException")):
        answer = sign_up(call, Person(person.email, OTHER_PASSWORD))

    assert (answer.status, answer.body) == (202, ACCEPTED)
    assert can_log_in(person.email, person.password)


def test_a_registration_makes_exactly_these_calls(call: Handlers, table: Table, tap: Tap) -> None:
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
def test_an_interrupted_registration_is_completed_by_another(
    call: Handlers, table: Table, now: Clock, tap: Tap, who: str, step: int, fault: Fault
) -> None:
    # Given a registration with one failing call, before or after its effect
    person = ANYBODY[who](table)
    with tap(failing=step, fault=fault) as wire:
        stopped = sign_up(call, person)
    failed = len(wire.calls) > step
    assert stopped.status == (503 if failed else 202)
    assert failed or (who, step) == ("without an account", 4)

    # When it is repeated
    now.set(now.at + timedelta(seconds=2))
    assert sign_up(call, person).status == 202

    # Then it is complete
    assert confirm(call, person).status == 204
    assert can_log_in(person.email, person.password)

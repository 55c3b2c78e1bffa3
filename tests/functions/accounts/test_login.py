"""A session for whoever knows the password, and nothing for anybody else (§6)."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.builders import HOME, NOW, visitor
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import CONFIRMATION_CODE, RESET_CODE, emulated, stubbed
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    confirmed,
    forgetful,
    invited,
    must_reset,
    pseudonym_of,
    registered,
    with_second_factor,
)
from tests.functions.provocations import Scene, body
from tests.functions.requests import NEW_PASSWORD
from tests.functions.secrets_manager import keep_pseudonym_secret
from tests.store.faults import Fault, answered, lost_answer, lost_request, refused
from tests.store.threads import at_once

from teppan.identity.cognito.user_pool import user_pool
from teppan.identity.errors import InvalidCredentials, TooManyAttempts
from teppan.services.accounts.lockout import LOGIN, forget_attempts, origin_of
from teppan.services.accounts.login import log_in
from teppan.store.table import Table


def without_the_second_factor(scene: Scene, operation: str) -> Answer:
    person, _ = with_second_factor()
    return scene.ask(operation, body=person.credentials)


def with_a_wrong_second_factor(scene: Scene, operation: str) -> Answer:
    person, _ = with_second_factor()
    return scene.ask(operation, body={**person.credentials, "mfa_code": "000000"})


def with_a_challenge_of_no_operation(scene: Scene, operation: str) -> Answer:
    usual = scene.request(operation)
    with stubbed("InitiateAuth", answered({"ChallengeName": "SMS_MFA", "Session": "s" * 20})):
        return scene.send(operation, usual)


OPERATION = Example(
    request=lambda given: Request(body=given.confirmed.credentials),
    provocations={
        "invalid_credentials": body(password="not it"),
        "mfa_required": without_the_second_factor,
        "invalid_mfa_code": with_a_wrong_second_factor,
        "password_reset_required": lambda scene, operation: scene.ask(
            operation, body=invited().credentials
        ),
        "login_unsupported": with_a_challenge_of_no_operation,
    },
    reads={"Tokens": "access_token id_token refresh_token token_type expires_in"},
    event_problem="invalid_credentials",
)

WRONG = "not the password at all"
COUNTED = ["BatchGetItem", "UpdateItem", "UpdateItem"]
"""An attempt is counted by network and by address."""

type Anybody = Callable[[Table], Person]


def at_home(table: Table) -> Person:
    """Return somebody who has logged in lately from the network that requests come from."""
    person = confirmed()
    keep_pseudonym_secret()
    forget_attempts(table, origin_of(person.email, visitor(NOW)), LOGIN)
    return person


WITHOUT_SESSION: dict[str, Anybody] = {
    "without an account": lambda _: Person(),
    "confirmed": lambda _: confirmed(),
    "waiting for confirmation": lambda _: registered(),
    "with a second factor": lambda _: with_second_factor()[0],
    "whose password is void": lambda _: must_reset(),
    "invited": lambda _: invited(),
    "who has logged in from there": at_home,
}
"""Whose wrong password must all look alike."""

anybody = pytest.mark.parametrize("who", WITHOUT_SESSION)


def login(call: Handlers, person: Person, **changes: Any) -> Answer:
    return call("login", person.credentials | changes, by=None)


def without_request_id(answer: Answer) -> tuple[int, dict[str, str], dict[str, Any]]:
    headers = {name: text for name, text in answer.headers.items() if name != "X-Request-Id"}
    return answer.status, headers, answer.body | {"request_id": ""}


class TestWithThePassword:
    def test_it_starts_a_session(self, call: Handlers) -> None:
        answer = login(call, confirmed())

        assert answer.status == 200
        assert answer.body["token_type"] == "Bearer"
        assert answer.body["expires_in"] == 15 * 60
        assert call("getMe", token=answer.body["access_token"]).status == 200

    def test_the_tokens_are_cognitos(self, call: Handlers) -> None:
        tokens = login(call, confirmed()).body

        used_for = [
            json.loads(urlsafe_b64decode(tokens[name].split(".")[1] + "=="))["token_use"]
            for name in ("access_token", "id_token", "refresh_token")
        ]
        assert used_for == ["access", "id", "refresh"]

    def test_the_address_may_be_written_in_any_case(self, call: Handlers) -> None:
        person = confirmed()

        assert login(call, person, email=person.email.upper()).status == 200

    @pytest.mark.parametrize(
        "password", ["twelve chars", "éèêëē" * 19, "sushi 🍣 and 🥢", "four" + " " * 8 + "gyoza"]
    )
    def test_any_password_that_can_be_registered_is_good(
        self, call: Handlers, password: str
    ) -> None:
        assert login(call, confirmed(password=password)).status == 200

    @pytest.mark.parametrize("typed", ["cafe\u0301 au lait, deux", "caf\u00e9 au lait, deux"])
    def test_it_is_the_same_whatever_keyboard_wrote_it(self, call: Handlers, typed: str) -> None:
        # Given somebody who registers on a computer that writes é as two characters
        person = Person(password="cafe\u0301 au lait, deux")
        code = {"code": CONFIRMATION_CODE}
        assert call("register", person.credentials, by=None).status == 202
        assert call("confirmRegistration", person.credentials | code, by=None).status == 204

        # Then any other computer opens the account too, and after a reset likewise
        assert login(call, person, password=typed).status == 200
        call("requestPasswordReset", {"email": person.email}, by=None)
        reset = {"email": person.email, "code": RESET_CODE, "new_password": typed + ", encore"}
        assert call("confirmPasswordReset", reset, by=None).status == 204
        assert login(call, person, password=person.password + ", encore").status == 200

    def test_each_login_is_a_session_of_its_own(self, call: Handlers) -> None:
        person = confirmed()
        first, second = (login(call, person).body["access_token"] for _ in range(2))

        assert call("createQuote", {"guests": 12}, by=None).status == 200
        assert first != second

    def test_a_confirmed_account_needs_no_registration(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        login(call, confirmed())

        attempts, _ = sorted(snapshot(), key=lambda item: "ALLOWANCE" in item)
        assert "'attempts', {'N': '0'}" in attempts


class TestWithoutThePassword:
    @anybody
    def test_every_address_is_answered_alike(self, call: Handlers, table: Table, who: str) -> None:
        answer = login(call, WITHOUT_SESSION[who](table), password=WRONG)

        nobodys = login(call, Person(), password=WRONG)
        assert answer.problem == (401, "invalid_credentials")
        assert without_request_id(answer) == without_request_id(nobodys)

    @anybody
    def test_and_walks_the_same_steps(
        self, call: Handlers, table: Table, tap: Tap, who: str
    ) -> None:
        person = WITHOUT_SESSION[who](table)

        with tap() as wire:
            login(call, person, password=WRONG)

        # No early return: the attempt is counted and the pool is asked, whoever it is.
        assert wire.calls == [*COUNTED, "InitiateAuth"]

    @anybody
    def test_and_leaves_the_same_trace(
        self, call: Handlers, table: Table, snapshot: Snapshot, who: str
    ) -> None:
        person = WITHOUT_SESSION[who](table)
        before = snapshot()

        login(call, person, password=WRONG)

        added = sorted(set(snapshot()) - set(before))
        assert len(added) == 2  # the network's attempts, and the allowance of the address
        assert all(f"PERSON#{pseudonym_of(person)}" in each for each in added)
        kept = "".join(snapshot())
        assert person.email not in kept and HOME not in kept

    def test_a_disabled_account_looks_like_none(self, call: Handlers) -> None:
        person = confirmed()
        emulated().client.admin_disable_user(UserPoolId=emulated().pool_id, Username=person.email)

        assert login(call, person).problem == (401, "invalid_credentials")

    @pytest.mark.parametrize("code", ["UserNotFoundException", "InvalidParameterException"])
    def test_so_does_what_cognito_says_of_an_odd_address(self, call: Handlers, code: str) -> None:
        # Stubbed: the emulator keeps to PreventUserExistenceErrors for every address.
        with stubbed("InitiateAuth", refused(code)):
            answer = login(call, Person())

        assert answer.problem == (401, "invalid_credentials")


class TestAnUnconfirmedAccount:
    def test_is_not_told_by_the_password_that_was_just_registered(self, call: Handlers) -> None:
        # Given a stranger who registers two addresses, one of which has an account
        free, taken = Person(), Person(confirmed().email, "the stranger's own choice")
        for person in (free, taken):
            assert call("register", person.credentials, by=None).status == 202

        # When he logs in to both with the password that he has sent
        answers = [login(call, person) for person in (free, taken)]

        # Then he can not tell which
        assert answers[0].problem == (401, "invalid_credentials")
        assert without_request_id(answers[0]) == without_request_id(answers[1])

    def test_its_owner_reads_what_to_do(self, call: Handlers) -> None:
        detail = login(call, registered()).body["detail"]

        for advice in ("confirm with the code", "reset it", "wait 15 minutes"):
            assert advice in detail


class TestASecondFactor:
    def test_it_is_asked_for_once_the_password_is_right(self, call: Handlers) -> None:
        person, _ = with_second_factor()

        assert login(call, person).problem == (401, "mfa_required")
        assert login(call, person, password=WRONG).problem == (401, "invalid_credentials")

    def test_with_it_the_session_starts(self, call: Handlers) -> None:
        person, app = with_second_factor()

        answer = login(call, person, mfa_code=app.code())

        assert answer.status == 200
        assert call("getMe", token=answer.body["access_token"]).body["mfa_enabled"] is True

    def test_the_address_may_be_written_in_any_case(self, call: Handlers) -> None:
        person, app = with_second_factor()

        answer = login(call, person, email=person.email.upper(), mfa_code=app.code())

        assert answer.status == 200

    def test_a_wrong_code_is_refused(self, call: Handlers) -> None:
        person, _ = with_second_factor()

        assert login(call, person, mfa_code="000000").problem == (401, "invalid_mfa_code")

    def test_with_a_wrong_password_the_code_does_not_matter(self, call: Handlers) -> None:
        person, app = with_second_factor()

        for code in ("000000", app.code()):
            answer = login(call, person, password=WRONG, mfa_code=code)
            assert answer.problem == (401, "invalid_credentials")

    def test_a_code_that_nobody_asked_for_is_no_matter(self, call: Handlers) -> None:
        assert login(call, confirmed(), mfa_code="123456").status == 200

    def test_it_can_not_be_guessed(self, call: Handlers) -> None:
        person, app = with_second_factor()

        for guess in range(5):
            assert login(call, person, mfa_code=f"{guess:06}").status == 401
        refused_now = login(call, person, mfa_code=app.code())
        assert refused_now.problem == (429, "too_many_attempts")

    @pytest.mark.parametrize(
        ("code", "problem"),
        [
            ("ExpiredCodeException", (401, "invalid_mfa_code")),
            ("CodeMismatchException", (401, "invalid_mfa_code")),
            ("NotAuthorizedException", (401, "invalid_credentials")),
        ],
    )
    def test_what_else_cognito_may_say_to_the_code(
        self, call: Handlers, code: str, problem: tuple[int, str]
    ) -> None:
        # Stubbed: the emulator's codes and challenges do not run out.
        person, app = with_second_factor()

        with stubbed("RespondToAuthChallenge", refused(code)):
            assert login(call, person, mfa_code=app.code()).problem == problem


class TestAPasswordThatMustBeReplaced:
    def test_only_the_right_one_is_told_so(self, call: Handlers) -> None:
        person = invited()

        assert login(call, person).problem == (403, "password_reset_required")
        assert login(call, person, password=WRONG).problem == (401, "invalid_credentials")

    def test_one_declared_void_is_none(self, call: Handlers) -> None:
        # Nothing documents that Cognito looks at the password before it says so.
        assert login(call, must_reset()).problem == (401, "invalid_credentials")


class TestAgainstGuessing:
    def test_of_simultaneous_guesses_one_is_made(
        self, call: Handlers, table: Table, tap: Tap
    ) -> None:
        # Given an account that may be guessed at once more, and twenty who do so together
        person = confirmed()
        for _ in range(4):
            login(call, person, password=WRONG)
        guess = partial(log_in, table, user_pool(), person.email, WRONG, None, visitor())

        with tap() as wire:
            answers = at_once([guess] * 20)

        # Then the pool is asked for one of them
        assert wire.calls.count("InitiateAuth") == 1
        assert sum(isinstance(answer, InvalidCredentials) for answer in answers) == 1
        waits = [answer.retry_after for answer in answers if isinstance(answer, TooManyAttempts)]
        assert len(waits) == 19 and set(waits) <= {1, 30}

    def test_cognitos_own_lock_out_does_not_tell_that_there_is_an_account(
        self, call: Handlers
    ) -> None:
        # Stubbed: the emulator locks nobody out. Given strangers on several networks have made
        # Cognito lock an account
        fault = refused("NotAuthorizedException", message="Password attempts exceeded")
        with stubbed("InitiateAuth", fault):
            locked = login(call, confirmed())

        # Then that looks like an address without one
        assert without_request_id(locked) == without_request_id(login(call, Person()))

    def test_the_right_password_starts_counting_anew(self, call: Handlers) -> None:
        person = confirmed()

        for _ in range(3):
            for _ in range(4):
                assert login(call, person, password=WRONG).status == 401
            assert login(call, person).status == 200

    def test_the_right_password_must_wait_too(self, call: Handlers) -> None:
        person = confirmed()

        for _ in range(5):
            login(call, person, password=WRONG)

        assert login(call, person).problem == (429, "too_many_attempts")


@pytest.mark.parametrize("name", ["SMS_MFA", "EMAIL_OTP", "MFA_SETUP", "SELECT_MFA_TYPE", "NEW"])
def test_a_challenge_that_we_do_not_know_is_no_500(call: Handlers, name: str) -> None:
    # Stubbed: the pool's settings allow no such challenge, somebody must have changed them.
    with stubbed("InitiateAuth", answered({"ChallengeName": name, "Session": "s" * 20})):
        answer = login(call, confirmed())

    assert answer.problem == (403, "login_unsupported")
    assert "contact support" in answer.body["detail"]


def test_a_challenge_after_the_second_factor_is_no_500(call: Handlers) -> None:
    person, app = with_second_factor()

    with stubbed("RespondToAuthChallenge", answered({"ChallengeName": "NEW", "Session": "s" * 20})):
        answer = login(call, person, mfa_code=app.code())

    assert answer.problem == (403, "login_unsupported")


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(5))
def test_stopped_half_way_it_is_tried_again(
    call: Handlers, now: Clock, tap: Tap, step: int, fault: Fault
) -> None:
    person = confirmed()
    with tap(failing=step, fault=fault) as wire:
        stopped = login(call, person)
    assert wire.calls == [*COUNTED, "InitiateAuth", "UpdateItem"][: step + 1]
    assert stopped.status == (200 if step == 4 else 503)

    now.set(now.at + timedelta(seconds=1))

    assert login(call, person).status == 200


def test_an_old_password_is_none(call: Handlers) -> None:
    person = forgetful()
    emulated().client.admin_set_user_password(
        UserPoolId=emulated().pool_id,
        Username=person.email,
        Password=NEW_PASSWORD,
        Permanent=True,
    )

    assert login(call, person).problem == (401, "invalid_credentials")
    assert login(call, person, password=NEW_PASSWORD).status == 200

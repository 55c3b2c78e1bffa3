"""A login with the password starts a session; any other reveals nothing (`docs/accounts.md`)."""

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
    disable,
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
    """Return a person who has logged in recently from the network of the requests."""
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
"""Accounts for which a wrong password must have the same answer."""

anybody = pytest.mark.parametrize("who", WITHOUT_SESSION)


def login(call: Handlers, person: Person, **changes: Any) -> Answer:
    return call("login", person.credentials | changes, by=None)


class TestWithThePassword:
    def test_the_right_password_starts_a_session(self, call: Handlers) -> None:
        answer = login(call, confirmed())

        assert answer.status == 200
        assert answer.body["token_type"] == "Bearer"
        assert answer.body["expires_in"] == 15 * 60
        assert call("getMe", token=answer.body["access_token"]).status == 200

    def test_the_tokens_of_a_login_are_cognitos(self, call: Handlers) -> None:
        tokens = login(call, confirmed()).body

        used_for = [
            json.loads(urlsafe_b64decode(tokens[name].split(".")[1] + "=="))["token_use"]
            for name in ("access_token", "id_token", "refresh_token")
        ]
        assert used_for == ["access", "id", "refresh"]

    def test_a_login_accepts_the_address_in_any_case(self, call: Handlers) -> None:
        person = confirmed()

        assert login(call, person, email=person.email.upper()).status == 200

    @pytest.mark.parametrize(
        "password", ["twelve chars", "éèêëē" * 19, "sushi 🍣 and 🥢", "four" + " " * 8 + "gyoza"]
    )
    def test_a_login_accepts_every_password_that_can_be_registered(
        self, call: Handlers, password: str
    ) -> None:
        assert login(call, confirmed(password=password)).status == 200

    @pytest.mark.parametrize("typed", ["cafe\u0301 au lait, deux", "caf\u00e9 au lait, deux"])
    def test_a_password_is_the_same_in_every_unicode_normal_form(
        self, call: Handlers, typed: str
    ) -> None:
        # Given a person who registers on a computer that writes é as two characters
        person = Person(password="cafe\u0301 au lait, deux")
        code = {"code": CONFIRMATION_CODE}
        assert call("register", person.credentials, by=None).status == 202
        assert call("confirmRegistration", person.credentials | code, by=None).status == 204

        # Then the password works from any other computer, also after a reset
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

    def test_a_confirmed_account_without_a_registration_record_can_log_in(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        login(call, confirmed())

        attempts, _ = sorted(snapshot(), key=lambda item: "ALLOWANCE" in item)
        assert '"attempts": {"N": "0"}' in attempts


class TestWithoutThePassword:
    @anybody
    def test_a_wrong_password_has_the_same_answer_for_every_address(
        self, call: Handlers, table: Table, who: str
    ) -> None:
        answer = login(call, WITHOUT_SESSION[who](table), password=WRONG)

        nobodys = login(call, Person(), password=WRONG)
        assert answer.problem == (401, "invalid_credentials")
        assert answer.visible == nobodys.visible

    @anybody
    def test_a_wrong_password_makes_the_same_calls_for_every_address(
        self, call: Handlers, table: Table, tap: Tap, who: str
    ) -> None:
        person = WITHOUT_SESSION[who](table)

        with tap() as wire:
            login(call, person, password=WRONG)

        # No early return: every attempt is counted and sent to Cognito.
        assert wire.calls == [*COUNTED, "InitiateAuth"]

    @anybody
    def test_a_wrong_password_writes_the_same_items_for_every_address(
        self, call: Handlers, table: Table, snapshot: Snapshot, who: str
    ) -> None:
        person = WITHOUT_SESSION[who](table)
        before = snapshot()

        login(call, person, password=WRONG)

        added = sorted(set(snapshot()) - set(before))
        assert len(added) == 2  # the network's attempts, and the allowance of the address
        assert all(f"ADDRESS#{pseudonym_of(person)}" in each for each in added)
        kept = "".join(snapshot())
        assert person.email not in kept and HOME not in kept

    def test_a_disabled_account_gets_the_answer_of_an_unknown_one(self, call: Handlers) -> None:
        person = confirmed()
        disable(person)

        assert login(call, person).problem == (401, "invalid_credentials")

    @pytest.mark.parametrize("code", ["UserNotFoundException", "InvalidParameterException"])
    def test_an_address_that_cognito_refuses_gets_the_answer_of_an_unknown_one(
        self, call: Handlers, code: str
    ) -> None:
        # Stubbed: the emulator applies PreventUserExistenceErrors to every address.
        with stubbed("InitiateAuth", refused(code)):
            answer = login(call, Person())

        assert answer.problem == (401, "invalid_credentials")


class TestUnconfirmedAccount:
    def test_the_password_of_an_unconfirmed_account_reveals_nothing(self, call: Handlers) -> None:
        # Given a stranger who registers two addresses, one of which has an account
        free, taken = Person(), Person(confirmed().email, "the stranger's own choice")
        for person in (free, taken):
            assert call("register", person.credentials, by=None).status == 202

        # When the stranger logs in to both with the registered passwords
        answers = [login(call, person) for person in (free, taken)]

        # Then the two answers are the same
        assert answers[0].problem == (401, "invalid_credentials")
        assert answers[0].visible == answers[1].visible

    def test_the_owner_of_an_unconfirmed_account_reads_what_to_do(self, call: Handlers) -> None:
        detail = login(call, registered()).body["detail"]

        for advice in ("confirm with the code", "reset it", "try again in 15 minutes"):
            assert advice in detail


class TestSecondFactor:
    def test_a_second_factor_is_required_after_the_right_password(self, call: Handlers) -> None:
        person, _ = with_second_factor()

        assert login(call, person).problem == (401, "mfa_required")
        assert login(call, person, password=WRONG).problem == (401, "invalid_credentials")

    def test_the_second_factor_starts_the_session(self, call: Handlers) -> None:
        person, app = with_second_factor()

        answer = login(call, person, mfa_code=app.code())

        assert answer.status == 200
        assert call("getMe", token=answer.body["access_token"]).body["mfa_enabled"] is True

    def test_a_login_with_a_second_factor_accepts_the_address_in_any_case(
        self, call: Handlers
    ) -> None:
        person, app = with_second_factor()

        answer = login(call, person, email=person.email.upper(), mfa_code=app.code())

        assert answer.status == 200

    def test_a_wrong_second_factor_is_refused(self, call: Handlers) -> None:
        person, _ = with_second_factor()

        assert login(call, person, mfa_code="000000").problem == (401, "invalid_mfa_code")

    def test_a_second_factor_does_not_help_a_wrong_password(self, call: Handlers) -> None:
        person, app = with_second_factor()

        for code in ("000000", app.code()):
            answer = login(call, person, password=WRONG, mfa_code=code)
            assert answer.problem == (401, "invalid_credentials")

    def test_a_second_factor_that_is_not_required_is_ignored(self, call: Handlers) -> None:
        assert login(call, confirmed(), mfa_code="123456").status == 200

    def test_guesses_of_the_second_factor_are_limited(self, call: Handlers) -> None:
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
    def test_a_second_factor_that_cognito_refuses_is_a_401(
        self, call: Handlers, code: str, problem: tuple[int, str]
    ) -> None:
        # Stubbed: the emulator's codes and challenges do not expire.
        person, app = with_second_factor()

        with stubbed("RespondToAuthChallenge", refused(code)):
            assert login(call, person, mfa_code=app.code()).problem == problem


class TestPasswordMustBeReplaced:
    def test_only_the_right_temporary_password_gets_password_reset_required(
        self, call: Handlers
    ) -> None:
        person = invited()

        assert login(call, person).problem == (403, "password_reset_required")
        assert login(call, person, password=WRONG).problem == (401, "invalid_credentials")

    def test_a_void_password_gets_the_answer_of_a_wrong_one(self, call: Handlers) -> None:
        # Cognito's documents do not say that it checks the password before this answer.
        assert login(call, must_reset()).problem == (401, "invalid_credentials")


class TestAgainstGuessing:
    def test_of_simultaneous_guesses_only_one_reaches_cognito(
        self, call: Handlers, table: Table, tap: Tap
    ) -> None:
        # Given an account with one free attempt left, and twenty simultaneous guesses
        person = confirmed()
        for _ in range(4):
            login(call, person, password=WRONG)
        guess = partial(log_in, table, user_pool(), person.email, WRONG, None, visitor())

        with tap() as wire:
            answers = at_once([guess] * 20)

        # Then only one of them calls Cognito
        assert wire.calls.count("InitiateAuth") == 1
        assert sum(isinstance(answer, InvalidCredentials) for answer in answers) == 1
        waits = [answer.retry_after for answer in answers if isinstance(answer, TooManyAttempts)]
        assert len(waits) == 19 and set(waits) <= {1, 30}

    def test_a_lock_out_by_cognito_does_not_reveal_an_account(self, call: Handlers) -> None:
        # Stubbed: the emulator has no lock-out. Given an account that Cognito has locked after
        # guesses from several networks
        fault = refused("NotAuthorizedException", message="Password attempts exceeded")
        with stubbed("InitiateAuth", fault):
            locked = login(call, confirmed())

        # Then the answer is that of an address without an account
        assert locked.visible == login(call, Person()).visible

    def test_the_right_password_resets_the_count_of_attempts(self, call: Handlers) -> None:
        person = confirmed()

        for _ in range(3):
            for _ in range(4):
                assert login(call, person, password=WRONG).status == 401
            assert login(call, person).status == 200

    def test_the_right_password_is_refused_during_the_wait(self, call: Handlers) -> None:
        person = confirmed()

        for _ in range(5):
            login(call, person, password=WRONG)

        assert login(call, person).problem == (429, "too_many_attempts")


@pytest.mark.parametrize("name", ["SMS_MFA", "EMAIL_OTP", "MFA_SETUP", "SELECT_MFA_TYPE", "NEW"])
def test_an_unknown_challenge_is_no_500(call: Handlers, name: str) -> None:
    # Stubbed: the pool's settings in the template do not allow such a challenge.
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
def test_an_interrupted_login_can_be_repeated(
    call: Handlers, now: Clock, tap: Tap, step: int, fault: Fault
) -> None:
    person = confirmed()
    with tap(failing=step, fault=fault) as wire:
        stopped = login(call, person)
    assert wire.calls == [*COUNTED, "InitiateAuth", "UpdateItem"][: step + 1]
    assert stopped.status == (200 if step == 4 else 503)

    now.set(now.at + timedelta(seconds=1))

    assert login(call, person).status == 200


def test_a_replaced_password_is_refused(call: Handlers) -> None:
    person = forgetful()
    emulated().client.admin_set_user_password(
        UserPoolId=emulated().pool_id,
        Username=person.email,
        Password=NEW_PASSWORD,
        Permanent=True,
    )

    assert login(call, person).problem == (401, "invalid_credentials")
    assert login(call, person, password=NEW_PASSWORD).status == 200

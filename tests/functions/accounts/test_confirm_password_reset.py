"""A reset sets a new password by the code from the mailbox, and ends every session.

See `docs/accounts.md`.
"""

import time
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import RESET_CODE, stubbed
from tests.functions.example import Example, Given, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    can_log_in,
    can_refresh,
    confirmed,
    forgetful,
    id_of,
    registered,
    session_of,
)
from tests.functions.requests import NEW_PASSWORD, refreshing
from tests.store.faults import Fault, lost_answer, lost_request, refused


def example_request(given: Given) -> Request:
    person = given.resetting
    body = {"email": person.email, "code": person.code, "new_password": NEW_PASSWORD}
    return Request(body=body)


OPERATION = Example(request=example_request, event_problem="invalid_code", succeeds=204)

EARLIER = timedelta(minutes=5)
CONFIRMATION = timedelta(seconds=20)
CALLS = [
    *["BatchGetItem", "UpdateItem", "UpdateItem"],
    *["AdminGetUser", "UpdateItem", "ConfirmForgotPassword"],
    *["AdminUserGlobalSignOut", "UpdateItem", "UpdateItem", "UpdateItem"],
]
REFUSED = [*CALLS[:6], "UpdateItem"]
CHANGED = CALLS.index("ConfirmForgotPassword")
ENDED = CALLS.index("AdminUserGlobalSignOut") + 1
DONE = CALLS.index("AdminUserGlobalSignOut") + 2
"""The calls from here on only reset the counts of attempts."""


def reset(call: Handlers, person: Person, **changes: Any) -> Answer:
    body = {"email": person.email, "code": RESET_CODE, "new_password": NEW_PASSWORD} | changes
    return call("confirmPasswordReset", body, by=None)


class Session:
    """A session that began some time before the reset, with its claims from the gateway."""

    def __init__(
        self, call: Handlers, now: Clock, person: Person, earlier: timedelta = EARLIER
    ) -> None:
        self.call = call
        self.tokens = session_of(person)
        began = now.at - earlier
        self.claims = {"auth_time": str(int(began.timestamp()))}

    @property
    def is_live(self) -> bool:
        """Whether a write passes the session check: then its malformed body is refused."""
        answer = self.call("createBooking", "{", token=self.tokens.access, claims=self.claims)
        assert answer.problem in {(400, "malformed_json"), (401, "unauthorized")}
        return answer.status == 400


class TestNewPassword:
    def test_the_new_password_replaces_the_old_one(self, call: Handlers) -> None:
        person = forgetful()

        answer = reset(call, person)

        assert (answer.status, answer.body) == (204, None)
        assert "Content-Type" not in answer.headers
        assert can_log_in(person.email, NEW_PASSWORD)
        assert not can_log_in(person.email, person.password)

    def test_a_reset_accepts_the_address_in_any_case(self, call: Handlers) -> None:
        person = forgetful()

        assert reset(call, person, email=person.email.upper()).status == 204
        assert can_log_in(person.email, NEW_PASSWORD)

    @pytest.mark.parametrize(
        "password", ["twelve chars", "🍣🥢🍜🍱🍚" * 19, "all lower case, no digit"]
    )
    def test_a_reset_accepts_any_password_of_at_least_12_characters(
        self, call: Handlers, password: str
    ) -> None:
        person = forgetful()

        assert reset(call, person, new_password=password).status == 204
        assert can_log_in(person.email, password)

    def test_the_new_password_logs_in_after_failed_logins(self, call: Handlers) -> None:
        person = forgetful()
        wrong = {"email": person.email, "password": "forgotten"}
        while call("login", wrong, by=None).status == 401:
            pass

        reset(call, person)

        answer = call("login", {"email": person.email, "password": NEW_PASSWORD}, by=None)
        assert answer.status == 200

    def test_the_new_password_logs_in_after_one_login_with_the_old(self, call: Handlers) -> None:
        person = forgetful()

        reset(call, person)

        wrong = {"email": person.email, "password": "forgotten"}
        assert call("login", wrong, by=None).status == 401
        assert call("login", wrong | {"password": NEW_PASSWORD}, by=None).status == 200

    def test_a_reset_code_is_valid_once(self, call: Handlers) -> None:
        person = forgetful()
        reset(call, person)

        again = reset(call, person, new_password="an intruder's choice")

        assert again.problem == (400, "invalid_code")
        assert can_log_in(person.email, NEW_PASSWORD)


class TestSessions:
    def test_a_reset_ends_all_sessions_of_the_account(self, call: Handlers, today: Clock) -> None:
        person = forgetful()
        sessions = [Session(call, today, person) for _ in range(3)]
        assert all(session.is_live for session in sessions)

        reset(call, person)

        assert not any(session.is_live for session in sessions)
        for session in sessions:
            refused_now = call("refresh", refreshing(session.tokens), by=None)
            assert refused_now.problem == (401, "invalid_refresh_token")
            me = call("getMe", token=session.tokens.access, claims=session.claims)
            assert me.problem == (401, "unauthorized")
            assert not can_refresh(session.tokens.refresh)

    @pytest.mark.usefixtures("today")
    def test_a_login_after_the_reset_starts_a_live_session(self, call: Handlers) -> None:
        person = forgetful()
        reset(call, person)
        time.sleep(1)  # our clock is past the second of the reset; the emulator uses the real time

        tokens = call("login", {"email": person.email, "password": NEW_PASSWORD}, by=None).body

        access = tokens["access_token"]
        assert call("createBooking", "{", token=access).problem == (400, "malformed_json")
        body = {"refresh_token": tokens["refresh_token"]}
        refreshed = call("refresh", body, by=None)
        assert refreshed.status == 200
        assert call("getMe", token=refreshed.body["access_token"]).status == 200

    def test_a_reset_ends_sessions_that_began_in_the_same_second(
        self, call: Handlers, today: Clock
    ) -> None:
        person = forgetful()
        session = Session(call, today, person, earlier=timedelta(0))

        reset(call, person)

        assert not session.is_live

    def test_the_answer_to_a_reset_comes_when_a_new_session_can_begin(
        self, call: Handlers, today: Clock
    ) -> None:
        asked_at = today.at

        reset(call, forgetful())

        assert today.at == asked_at.replace(microsecond=0) + timedelta(seconds=1)

    def test_a_reset_leaves_the_sessions_of_other_accounts(
        self, call: Handlers, today: Clock
    ) -> None:
        other = Session(call, today, confirmed())

        reset(call, forgetful())

        assert other.is_live

    def test_a_reset_ends_the_session_of_an_admin(self, call: Handlers, today: Clock) -> None:
        person = forgetful()
        session = Session(call, today, person)
        claims = session.claims | {"cognito:groups": "admin"}

        reset(call, person)

        answer = call("listBookings", token=session.tokens.access, claims=claims)
        assert answer.problem == (401, "unauthorized")


class TestRefused:
    def test_a_wrong_reset_code_changes_nothing(self, call: Handlers, today: Clock) -> None:
        person = forgetful()
        session = Session(call, today, person)

        assert reset(call, person, code="000000").problem == (400, "invalid_code")

        assert can_log_in(person.email, person.password)
        today.set(today.at + 2 * CONFIRMATION)
        assert session.is_live
        assert reset(call, person).status == 204

    def test_a_refused_reset_has_the_same_answer_for_every_address(
        self, call: Handlers, tap: Tap
    ) -> None:
        nobodys = reset(call, Person())

        for person in (forgetful(), confirmed(), registered(), Person()):
            with tap() as wire:
                answer = reset(call, person, code="000000")
            assert answer.problem == (400, "invalid_code")
            assert answer.body | {"request_id": ""} == nobodys.body | {"request_id": ""}
            assert wire.calls == REFUSED

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("ExpiredCodeException", 400),
            ("UserNotConfirmedException", 400),
            ("UserNotFoundException", 400),
            ("NotAuthorizedException", 400),
            ("InvalidPasswordException", 422),
            ("PasswordHistoryPolicyViolationException", 422),
            ("LimitExceededException", 400),
            ("TooManyFailedAttemptsException", 400),
            ("ThrottlingException", 503),
            ("SomethingNewException", 500),
        ],
    )
    def test_a_reset_that_cognito_refuses_ends_no_session(
        self, call: Handlers, today: Clock, code: str, status: int
    ) -> None:
        # Stubbed: the emulator's codes do not expire, and it has no limit of guesses.
        person = forgetful()
        session = Session(call, today, person)

        with stubbed("ConfirmForgotPassword", refused(code)):
            answer = reset(call, person)

        assert answer.status == status
        assert answer.headers.get("Retry-After") == {429: "900", 503: "1"}.get(status)
        assert status != 422 or answer.faults == ["body /new_password"]
        today.set(today.at + 2 * CONFIRMATION)
        assert session.is_live

    def test_a_refused_reset_keeps_the_record_of_an_interrupted_one(
        self, call: Handlers, today: Clock, tap: Tap
    ) -> None:
        # Given a reset that set the password and whose answer was lost, sent a second time
        person = forgetful()
        session = Session(call, today, person)
        with tap(failing=CHANGED, fault=lost_answer):
            assert reset(call, person).status == 503
        today.set(today.at + timedelta(seconds=1))
        assert reset(call, person).problem == (400, "invalid_code")

        # Then the old session ends all the same
        today.set(today.at + CONFIRMATION)
        assert not session.is_live


def test_a_reset_makes_exactly_these_calls(call: Handlers, tap: Tap) -> None:
    person = forgetful()

    with tap() as wire:
        reset(call, person)

    assert wire.calls == CALLS


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
class TestInterrupted:
    @pytest.mark.parametrize("step", range(len(CALLS)))
    def test_an_interrupted_reset_that_set_the_password_ends_every_session(
        self, call: Handlers, today: Clock, tap: Tap, step: int, fault: Fault
    ) -> None:
        # Given a reset of which one call fails
        person = forgetful()
        session = Session(call, today, person)
        with tap(failing=step, fault=fault) as wire:
            stopped = reset(call, person)
        assert len(wire.calls) > step
        assert stopped.status == (204 if step >= DONE else 503)

        # Then no session of the old password is live after the longest time of a reset
        today.set(today.at + CONFIRMATION)
        if can_log_in(person.email, NEW_PASSWORD):
            assert not session.is_live
        else:
            assert can_log_in(person.email, person.password)

        # And a second request completes it unless the code was used
        again = reset(call, person)
        assert again.problem in {(204, None), (400, "invalid_code")}
        assert can_log_in(person.email, NEW_PASSWORD)
        assert not session.is_live

    def test_an_interrupted_reset_ends_sessions_that_began_during_it(
        self, call: Handlers, today: Clock, tap: Tap, fault: Fault
    ) -> None:
        person = forgetful()
        later = timedelta(seconds=15)  # the timeout of the function
        session = Session(call, today, person, earlier=-later)
        with tap(failing=CHANGED, fault=fault):
            reset(call, person)

        today.set(today.at + CONFIRMATION)
        assert not session.is_live

    def test_an_interrupted_reset_refuses_the_old_session_only_after_20_seconds(
        self, call: Handlers, today: Clock, tap: Tap, fault: Fault
    ) -> None:
        person = forgetful()
        session = Session(call, today, person)
        with tap(failing=CHANGED, fault=fault):
            reset(call, person)

        today.set(today.at + CONFIRMATION - timedelta(seconds=2))
        assert session.is_live
        today.set(today.at + timedelta(seconds=2))
        assert not session.is_live


def test_the_table_holds_no_address_password_or_code_after_a_reset(
    call: Handlers, snapshot: Snapshot
) -> None:
    person = forgetful()

    reset(call, person)

    kept = "".join(snapshot())
    assert id_of(person) in kept
    for secret in (person.email, person.password, NEW_PASSWORD, RESET_CODE):
        assert secret not in kept

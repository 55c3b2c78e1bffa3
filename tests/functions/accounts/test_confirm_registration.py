"""A confirmation by the code from the mailbox makes the account valid and sets its password."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap, confirm
from tests.functions.cognito import CONFIRMATION_CODE, RESET_CODE, stubbed
from tests.functions.example import Example, Given, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Handlers
from tests.functions.people import (
    Person,
    can_log_in,
    can_refresh,
    confirmed,
    registered,
    session_of,
    status_of,
)
from tests.functions.requests import NEW_PASSWORD
from tests.store.faults import Fault, lost_answer, lost_request, refused

from teppan.store.table import Table


def example_request(given: Given) -> Request:
    person = given.registered
    return Request(body={**person.credentials, "code": person.code})


OPERATION = Example(request=example_request, event_problem="invalid_code", succeeds=204)

CALLS = [
    *["BatchGetItem", "UpdateItem", "UpdateItem"],
    *["ConfirmSignUp", "AdminSetUserPassword"],
    *["AdminGetUser", "AdminUserGlobalSignOut", "UpdateItem"],
    "UpdateItem",
]
CONFIRMED, SET = CALLS.index("ConfirmSignUp"), CALLS.index("AdminSetUserPassword")
ENDED = CALLS.index("AdminUserGlobalSignOut") + 1
"""The calls from here on only delete the registration and reset the counts of attempts."""


class TestCode:
    def test_a_code_confirms_the_account_and_sets_the_password(self, call: Handlers) -> None:
        person = registered()

        answer = confirm(call, person)

        assert (answer.status, answer.body) == (204, None)
        assert "Content-Type" not in answer.headers
        assert can_log_in(person.email, person.password)
        assert call("login", person.credentials, by=None).status == 200

    def test_a_code_verifies_the_address(self, call: Handlers) -> None:
        person = registered()
        confirm(call, person)

        token = call("login", person.credentials, by=None).body["access_token"]

        assert call("getMe", token=token).body["email_verified"] is True

    def test_a_confirmation_may_set_another_password_than_the_registration(
        self, call: Handlers
    ) -> None:
        person = registered()

        assert confirm(call, person, password=NEW_PASSWORD).status == 204

        assert can_log_in(person.email, NEW_PASSWORD)
        assert not can_log_in(person.email, person.password)

    @pytest.mark.parametrize(
        "password", ["twelve chars", "🍣🥢🍜🍱🍚" * 19, "all lower case, no digit"]
    )
    def test_a_confirmation_accepts_any_password_of_at_least_12_characters(
        self, call: Handlers, password: str
    ) -> None:
        person = registered()

        assert confirm(call, person, password=password).status == 204
        assert can_log_in(person.email, password)

    def test_a_confirmation_accepts_the_address_in_any_case(self, call: Handlers) -> None:
        person = registered()

        assert confirm(call, person, email=person.email.upper()).status == 204
        assert can_log_in(person.email, person.password)

    def test_a_confirmation_code_is_valid_once(self, call: Handlers) -> None:
        person = registered()
        confirm(call, person)

        again = confirm(call, person, password="an intruder's choice")

        assert again.problem == (400, "invalid_code")
        assert can_log_in(person.email, person.password)


class TestRefused:
    def test_a_wrong_confirmation_code_changes_nothing(self, call: Handlers) -> None:
        person = registered()

        assert confirm(call, person, code="000000").problem == (400, "invalid_code")

        assert status_of(person) == "UNCONFIRMED"
        assert confirm(call, person).status == 204

    def test_a_refused_confirmation_has_the_same_answer_for_every_address(
        self, call: Handlers, tap: Tap
    ) -> None:
        for person in (registered(), confirmed(), Person()):
            with tap() as wire:
                answer = confirm(call, person, code="000000")

            assert answer.problem == (400, "invalid_code")
            nobodys = confirm(call, Person(), code="000000").body
            assert answer.body | {"request_id": ""} == nobodys | {"request_id": ""}
            assert wire.calls == CALLS[: CONFIRMED + 1]

    def test_confirming_a_confirmed_account_keeps_its_password(self, call: Handlers) -> None:
        person = confirmed()

        answer = confirm(call, person, password="an intruder's choice")

        assert answer.problem == (400, "invalid_code")
        assert can_log_in(person.email, person.password)

    @pytest.mark.parametrize(
        "code",
        [
            "AliasExistsException",
            "ExpiredCodeException",
            "InvalidParameterException",
            "NotAuthorizedException",
            "UserNotFoundException",
        ],
    )
    def test_a_confirmation_code_that_cognito_refuses_is_invalid_code(
        self, call: Handlers, code: str
    ) -> None:
        # Stubbed: the emulator's codes do not expire, and it has no aliases.
        person = registered()

        with stubbed("ConfirmSignUp", refused(code)):
            assert confirm(call, person).problem == (400, "invalid_code")
        assert status_of(person) == "UNCONFIRMED"

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("InvalidPasswordException", 422),
            ("PasswordHistoryPolicyViolationException", 422),
            ("UserNotFoundException", 400),
        ],
    )
    def test_a_password_that_cognito_refuses_is_a_problem_of_the_request(
        self, call: Handlers, code: str, status: int
    ) -> None:
        # Stubbed: the emulator accepts every password that the contract allows.
        with stubbed("AdminSetUserPassword", refused(code)):
            answer = confirm(call, registered())

        assert answer.status == status
        assert status != 422 or answer.faults == ["body /password"]


class TestRecord:
    def test_the_table_holds_no_address_password_or_code_after_a_confirmation(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        person = registered()

        confirm(call, person)

        kept = "".join(snapshot())
        for secret in (person.email, person.password, CONFIRMATION_CODE):
            assert secret not in kept

    def test_every_item_of_a_confirmation_expires(
        self, call: Handlers, dynamodb: BaseClient, table_name: str
    ) -> None:
        confirm(call, registered())

        # DynamoDB does not delete items that expired more than five years ago.
        items = dynamodb.scan(TableName=table_name)["Items"]
        five_years_ago = (NOW - timedelta(days=5 * 365)).timestamp()
        assert all(float(item["expires_at"]["N"]) > five_years_ago for item in items)


def test_a_confirmation_ends_sessions_that_began_before_the_password_was_set(
    call: Handlers, tap: Tap, today: Clock
) -> None:
    # Given an address that a stranger has registered with their own password
    person = registered()
    stranger, begun = Person(person.email, "known to nobody at all"), []

    def log_in(_: AWSPreparedRequest) -> None:
        begun.append(session_of(stranger))
        today.set(datetime.now(UTC))  # the emulator uses the real time

    # When the stranger logs in between the two calls of the owner's confirmation
    with tap(failing=SET, fault=log_in):
        assert confirm(call, person).status == 204

    # Then the stranger's session has ended
    [tokens] = begun
    assert not can_refresh(tokens.refresh)
    assert call("createBooking", "{", token=tokens.access).problem == (401, "unauthorized")
    assert not can_log_in(stranger.email, stranger.password)


def test_a_confirmation_makes_exactly_these_calls(call: Handlers, table: Table, tap: Tap) -> None:
    person = registered()

    with tap() as wire:
        confirm(call, person)

    assert wire.calls == CALLS


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(len(CALLS)))
def test_an_interrupted_confirmation_still_lets_the_owner_in(
    call: Handlers, table: Table, now: Clock, tap: Tap, step: int, fault: Fault
) -> None:
    # Given a confirmation with one failing call, before or after its effect
    person = registered()
    with tap(failing=step, fault=fault) as wire:
        stopped = confirm(call, person)
    assert len(wire.calls) > step
    assert stopped.status == (204 if step > ENDED else 503)

    # When it is repeated
    now.set(now.at + timedelta(seconds=2))
    again = confirm(call, person)

    # Then it is complete, or its code is used and a reset can set the password
    used = step > CONFIRMED or (step == CONFIRMED and fault is lost_answer)
    assert again.problem == ((400, "invalid_code") if used else (204, None))
    if not can_log_in(person.email, person.password):
        call("requestPasswordReset", {"email": person.email}, by=None)
        body = {"email": person.email, "code": RESET_CODE, "new_password": person.password}
        assert call("confirmPasswordReset", body, by=None).status == 204
    assert call("login", person.credentials, by=None).status == 200

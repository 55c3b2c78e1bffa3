"""Whose token it is, as Cognito knows the account (§6)."""

import pytest
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import emulated, stubbed
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Handlers, claims_of
from tests.functions.people import (
    Person,
    Tokens,
    confirmed,
    id_of,
    session_of,
    with_second_factor,
)
from tests.functions.provocations import unreachable
from tests.functions.requests import refreshing
from tests.store.faults import answered, refused

OPERATION = Example(
    request=lambda given: Request(session=given.session),
    provocations={"storage_unavailable": unreachable(claims={"cognito:groups": "admin"})},
    reads={"Account": "user_id email email_verified role mfa_enabled"},
    event_problem="unauthorized",
)


@pytest.fixture
def person() -> Person:
    return confirmed()


@pytest.fixture
def tokens(person: Person) -> Tokens:
    return session_of(person)


def test_the_account_is_answered_whole(
    call: Handlers, person: Person, tokens: Tokens, snapshot: Snapshot
) -> None:
    answer = call("getMe", token=tokens.access)

    assert answer.status == 200
    assert answer.body == {
        "user_id": id_of(person),
        "email": person.email,
        "email_verified": True,
        "role": "customer",
        "mfa_enabled": False,
    }
    assert snapshot() == []


def test_a_confirmed_address_is_verified(call: Handlers, person: Person, tokens: Tokens) -> None:
    # The emulator leaves this to us: on AWS confirming the account verifies its address.
    emulated().client.admin_update_user_attributes(
        UserPoolId=emulated().pool_id,
        Username=person.email,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )

    assert call("getMe", token=tokens.access).body["email_verified"] is True


def test_a_second_factor_is_told(call: Handlers) -> None:
    person, app = with_second_factor()
    body = {**person.credentials, "mfa_code": app.code()}
    access = call("login", body, by=None).body["access_token"]

    assert call("getMe", token=access).body["mfa_enabled"] is True


@pytest.mark.parametrize(
    ("groups", "role"),
    [("customer", "customer"), ("", "customer"), ("admin", "admin"), ("admin,customer", "admin")],
)
def test_the_role_is_the_tokens(call: Handlers, tokens: Tokens, groups: str, role: str) -> None:
    answer = call("getMe", token=tokens.access, claims={"cognito:groups": groups})

    assert answer.body["role"] == role


class TestRefused:
    def test_a_session_that_somebody_logged_out_of(
        self, call: Handlers, person: Person, tokens: Tokens
    ) -> None:
        call("logout", refreshing(tokens), token=tokens.access)

        answer = call("getMe", token=tokens.access)

        assert answer.problem == (401, "unauthorized")
        assert answer.body["detail"] == "Your session has ended. Log in again."
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert person.email not in str(answer.body)

    def test_an_account_that_is_gone(self, call: Handlers, person: Person, tokens: Tokens) -> None:
        emulated().client.admin_delete_user(UserPoolId=emulated().pool_id, Username=person.email)

        assert call("getMe", token=tokens.access).problem == (401, "unauthorized")

    def test_an_account_that_is_disabled(
        self, call: Handlers, person: Person, tokens: Tokens
    ) -> None:
        emulated().client.admin_disable_user(UserPoolId=emulated().pool_id, Username=person.email)

        assert call("getMe", token=tokens.access).problem == (401, "unauthorized")

    def test_whom_cognito_does_not_know_any_more(self, call: Handlers, tokens: Tokens) -> None:
        with stubbed("AdminGetUser", refused("UserNotFoundException")):
            assert call("getMe", token=tokens.access).problem == (401, "unauthorized")


def test_an_account_of_which_cognito_tells_no_attribute_is_no_500(
    call: Handlers, tokens: Tokens
) -> None:
    # Stubbed: the emulator lets every client read everything.
    account = {"Username": claims_of(tokens.access)["sub"], "UserStatus": "CONFIRMED"}
    with stubbed("AdminGetUser", answered(account | {"Enabled": True})):
        answer = call("getMe", token=tokens.access)

    assert answer.status == 200
    assert answer.body["user_id"] == claims_of(tokens.access)["sub"]


def test_its_token_opens_nothing_of_cognitos_own(call: Handlers, tokens: Tokens, tap: Tap) -> None:
    # GetUser takes an access token with Cognito's own scope, which ours have not.
    with tap() as wire:
        call("getMe", token=tokens.access)

    assert wire.calls == ["BatchGetItem", "AdminGetUser"]

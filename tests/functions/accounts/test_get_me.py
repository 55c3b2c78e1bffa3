"""The account of the caller's token, read from Cognito (`docs/accounts.md`)."""

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
    disable,
    id_of,
    session_of,
    with_second_factor,
)
from tests.functions.provocations import with_table_unreachable
from tests.functions.requests import refreshing
from tests.store.faults import answered, refused

OPERATION = Example(
    request=lambda given: Request(session=given.session),
    provocations={
        "storage_unavailable": with_table_unreachable(claims={"cognito:groups": "admin"})
    },
    reads={"Account": "user_id email email_verified role mfa_enabled"},
    event_problem="unauthorized",
)


@pytest.fixture
def person() -> Person:
    return confirmed()


@pytest.fixture
def tokens(person: Person) -> Tokens:
    return session_of(person)


def test_the_account_of_the_token_is_returned(
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


def test_a_confirmed_address_is_shown_as_verified(
    call: Handlers, person: Person, tokens: Tokens
) -> None:
    # On AWS the confirmation verifies the address; the emulator does not.
    emulated().client.admin_update_user_attributes(
        UserPoolId=emulated().pool_id,
        Username=person.email,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )

    assert call("getMe", token=tokens.access).body["email_verified"] is True


def test_a_second_factor_is_shown(call: Handlers) -> None:
    person, app = with_second_factor()
    body = {**person.credentials, "mfa_code": app.code()}
    access = call("login", body, by=None).body["access_token"]

    assert call("getMe", token=access).body["mfa_enabled"] is True


@pytest.mark.parametrize(
    ("groups", "role"),
    [("customer", "customer"), ("", "customer"), ("admin", "admin"), ("admin,customer", "admin")],
)
def test_the_role_is_that_of_the_token(
    call: Handlers, tokens: Tokens, groups: str, role: str
) -> None:
    answer = call("getMe", token=tokens.access, claims={"cognito:groups": groups})

    assert answer.body["role"] == role


class TestRefused:
    def test_a_session_that_was_logged_out_is_refused(
        self, call: Handlers, person: Person, tokens: Tokens
    ) -> None:
        call("logout", refreshing(tokens), token=tokens.access)

        answer = call("getMe", token=tokens.access)

        assert answer.problem == (401, "unauthorized")
        assert answer.body["detail"] == "Your session has ended. Log in again."
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert person.email not in str(answer.body)

    def test_the_token_of_a_deleted_account_is_refused(
        self, call: Handlers, person: Person, tokens: Tokens
    ) -> None:
        emulated().client.admin_delete_user(UserPoolId=emulated().pool_id, Username=person.email)

        assert call("getMe", token=tokens.access).problem == (401, "unauthorized")

    def test_the_token_of_a_disabled_account_is_refused(
        self, call: Handlers, person: Person, tokens: Tokens
    ) -> None:
        disable(person)

        assert call("getMe", token=tokens.access).problem == (401, "unauthorized")

    def test_the_token_of_an_account_unknown_to_cognito_is_refused(
        self, call: Handlers, tokens: Tokens
    ) -> None:
        with stubbed("AdminGetUser", refused("UserNotFoundException")):
            assert call("getMe", token=tokens.access).problem == (401, "unauthorized")


def test_an_account_without_attributes_is_no_500(call: Handlers, tokens: Tokens) -> None:
    # Stubbed: in the emulator every client may read every attribute.
    account = {"Username": claims_of(tokens.access)["sub"], "UserStatus": "CONFIRMED"}
    with stubbed("AdminGetUser", answered(account | {"Enabled": True})):
        answer = call("getMe", token=tokens.access)

    assert answer.status == 200
    assert answer.body["user_id"] == claims_of(tokens.access)["sub"]


def test_get_me_reads_the_account_by_admin_get_user(
    call: Handlers, tokens: Tokens, tap: Tap
) -> None:
    # GetUser needs an access token with Cognito's own scope, which our tokens do not have.
    with tap() as wire:
        call("getMe", token=tokens.access)

    assert wire.calls == ["BatchGetItem", "AdminGetUser"]

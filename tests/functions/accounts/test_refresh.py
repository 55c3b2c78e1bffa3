"""A session goes on with new tokens, unless somebody has ended it (§6)."""

from datetime import timedelta

import pytest
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import emulated, stubbed
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers, claims_of
from tests.functions.people import (
    Tokens,
    can_refresh,
    confirmed,
    id_of,
    session_of,
)
from tests.functions.provocations import body
from tests.functions.requests import refreshing
from tests.store.faults import Fault, lost_answer, lost_request, refused

from teppan.domain.accounts.session import Session
from teppan.store.accounts import sessions
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(body=refreshing(given.refreshable)),
    provocations={"invalid_refresh_token": body(refresh_token="e30.e30.e30")},
    event_problem="invalid_refresh_token",
)


def refresh(call: Handlers, token: str) -> Answer:
    return call("refresh", {"refresh_token": token}, by=None)


def recorded(tokens: Tokens) -> Session:
    """Return the session that the tokens belong to."""
    claims = claims_of(tokens.access)
    return Session(claims["origin_jti"], claims["sub"], NOW)


class TestALiveSession:
    def test_goes_on_with_new_tokens(self, call: Handlers) -> None:
        before = session_of(confirmed())

        answer = refresh(call, before.refresh)

        assert answer.status == 200
        assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 15 * 60)
        assert answer.body["access_token"] != before.access
        assert answer.body["refresh_token"] != before.refresh
        assert call("getMe", token=answer.body["access_token"]).status == 200

    def test_stays_the_same_session(self, call: Handlers) -> None:
        before = session_of(confirmed())

        after = claims_of(refresh(call, before.refresh).body["access_token"])

        for claim in ("origin_jti", "auth_time", "sub"):
            assert after[claim] == claims_of(before.access)[claim]

    def test_may_lose_an_answer(self, call: Handlers) -> None:
        before = session_of(confirmed())

        # The token sent is good for a short grace: whoever never heard back asks again.
        assert refresh(call, before.refresh).status == 200
        assert refresh(call, before.refresh).status == 200

    def test_may_lose_it_to_the_table(self, call: Handlers, tap: Tap) -> None:
        before = session_of(confirmed())

        with tap(failing=1, fault=lost_request) as wire:
            answer = refresh(call, before.refresh)

        assert wire.calls == ["GetTokensFromRefreshToken", "BatchGetItem"]
        assert answer.problem == (503, "storage_unavailable")
        assert refresh(call, before.refresh).status == 200

    def test_leaves_no_trace(self, call: Handlers, snapshot: Snapshot) -> None:
        refresh(call, session_of(confirmed()).refresh)

        assert snapshot() == []


class TestNoSession:
    @pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "x" * 8192, "...", "===="])
    def test_a_token_that_is_none(self, call: Handlers, token: str) -> None:
        assert refresh(call, token).problem == (401, "invalid_refresh_token")

    def test_another_kind_of_token(self, call: Handlers) -> None:
        access = session_of(confirmed()).access

        assert refresh(call, access).problem == (401, "invalid_refresh_token")

    def test_a_token_that_was_tampered_with(self, call: Handlers) -> None:
        head, payload, signature = session_of(confirmed()).refresh.split(".")

        forged = f"{head}.{payload}.{signature[::-1]}"
        assert refresh(call, forged).problem == (401, "invalid_refresh_token")

    def test_an_account_that_is_gone(self, call: Handlers) -> None:
        person = confirmed()
        token = session_of(person).refresh
        emulated().client.admin_delete_user(UserPoolId=emulated().pool_id, Username=person.email)

        assert refresh(call, token).problem == (401, "invalid_refresh_token")

    def test_an_account_that_is_disabled(self, call: Handlers) -> None:
        person = confirmed()
        token = session_of(person).refresh
        emulated().client.admin_disable_user(UserPoolId=emulated().pool_id, Username=person.email)

        assert refresh(call, token).problem == (401, "invalid_refresh_token")

    @pytest.mark.parametrize(
        "code",
        [
            "RefreshTokenReuseException",
            "NotAuthorizedException",
            "UserNotFoundException",
            "PasswordResetRequiredException",
            "UserNotConfirmedException",
            "InvalidParameterException",
        ],
    )
    def test_whatever_cognito_has_against_the_token(self, call: Handlers, code: str) -> None:
        # Stubbed: the grace of the emulator's tokens is longer than a test.
        with stubbed("GetTokensFromRefreshToken", refused(code)):
            answer = refresh(call, session_of(confirmed()).refresh)

        assert answer.problem == (401, "invalid_refresh_token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


class TestAnEndedSession:
    """Its tokens at Cognito may still be good: the table knows better."""

    def test_by_its_logout(self, call: Handlers, table: Table) -> None:
        tokens = session_of(confirmed())
        sessions.end(table, recorded(tokens), NOW)

        assert refresh(call, tokens.refresh).problem == (401, "invalid_refresh_token")

        assert not can_refresh(tokens.refresh), "the new tokens are revoked at once"

    def test_by_a_new_password(self, call: Handlers, table: Table, today: Clock) -> None:
        person = confirmed()
        tokens = session_of(person)
        sessions.end_all(table, id_of(person), today.at + timedelta(seconds=5))

        assert refresh(call, tokens.refresh).problem == (401, "invalid_refresh_token")
        assert not can_refresh(tokens.refresh)

    def test_by_a_reset_that_was_never_heard_of_again(
        self, call: Handlers, table: Table, today: Clock
    ) -> None:
        person = confirmed()
        tokens = session_of(person)
        begun = today.at + timedelta(seconds=5)
        sessions.begin_reset(table, id_of(person), begun)

        today.set(begun + timedelta(seconds=19))
        assert refresh(call, tokens.refresh).status == 200
        today.set(begun + timedelta(seconds=20))
        assert refresh(call, tokens.refresh).problem == (401, "invalid_refresh_token")

    def test_others_of_the_account_go_on(self, call: Handlers, table: Table) -> None:
        person = confirmed()
        ended, other = session_of(person), session_of(person)
        sessions.end(table, recorded(ended), NOW)

        assert refresh(call, ended.refresh).status == 401
        assert refresh(call, other.refresh).status == 200

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_is_not_answered_when_its_new_tokens_can_not_be_revoked(
        self, call: Handlers, table: Table, tap: Tap, fault: Fault
    ) -> None:
        tokens = session_of(confirmed())
        sessions.end(table, recorded(tokens), NOW)

        with tap(failing=2, fault=fault) as wire:
            answer = refresh(call, tokens.refresh)

        assert wire.calls == ["GetTokensFromRefreshToken", "BatchGetItem", "RevokeToken"]
        assert answer.problem == (503, "identity_unavailable")


def test_the_token_is_in_no_error(call: Handlers) -> None:
    token = session_of(confirmed()).access

    answer = refresh(call, token)

    assert answer.status == 401
    assert token not in str(answer.body)

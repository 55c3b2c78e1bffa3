"""A refresh continues a session with new tokens unless it has ended (`docs/accounts.md`)."""

from datetime import timedelta

import pytest
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import emulated, stubbed
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers, claims_of
from tests.functions.people import Tokens, can_refresh, confirmed, disable, id_of, session_of
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


def session_record(tokens: Tokens) -> Session:
    """Return the session that the tokens belong to."""
    claims = claims_of(tokens.access)
    return Session(claims["origin_jti"], claims["sub"], NOW)


class TestLiveSession:
    def test_a_refresh_returns_new_tokens(self, call: Handlers) -> None:
        before = session_of(confirmed())

        answer = refresh(call, before.refresh)

        assert answer.status == 200
        assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 15 * 60)
        assert answer.body["access_token"] != before.access
        assert answer.body["refresh_token"] != before.refresh
        assert call("getMe", token=answer.body["access_token"]).status == 200

    def test_a_refresh_continues_the_same_session(self, call: Handlers) -> None:
        before = session_of(confirmed())

        after = claims_of(refresh(call, before.refresh).body["access_token"])

        for claim in ("origin_jti", "auth_time", "sub"):
            assert after[claim] == claims_of(before.access)[claim]

    def test_a_refresh_whose_answer_was_lost_can_be_repeated(self, call: Handlers) -> None:
        before = session_of(confirmed())

        # The used token stays valid for a short time, so that a caller without an answer can retry.
        assert refresh(call, before.refresh).status == 200
        assert refresh(call, before.refresh).status == 200

    def test_a_refresh_can_be_repeated_after_a_lost_call_of_the_table(
        self, call: Handlers, tap: Tap
    ) -> None:
        before = session_of(confirmed())

        with tap(failing=1, fault=lost_request) as wire:
            answer = refresh(call, before.refresh)

        assert wire.calls == ["GetTokensFromRefreshToken", "BatchGetItem"]
        assert answer.problem == (503, "storage_unavailable")
        assert refresh(call, before.refresh).status == 200

    def test_a_refresh_writes_nothing(self, call: Handlers, snapshot: Snapshot) -> None:
        refresh(call, session_of(confirmed()).refresh)

        assert snapshot() == []


class TestNoSession:
    @pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "x" * 8192, "...", "===="])
    def test_a_malformed_refresh_token_is_refused(self, call: Handlers, token: str) -> None:
        assert refresh(call, token).problem == (401, "invalid_refresh_token")

    def test_an_access_or_id_token_is_refused_as_refresh_token(self, call: Handlers) -> None:
        access = session_of(confirmed()).access

        assert refresh(call, access).problem == (401, "invalid_refresh_token")

    def test_a_refresh_token_that_was_changed_is_refused(self, call: Handlers) -> None:
        head, payload, signature = session_of(confirmed()).refresh.split(".")

        forged = f"{head}.{payload}.{signature[::-1]}"
        assert refresh(call, forged).problem == (401, "invalid_refresh_token")

    def test_the_refresh_token_of_a_deleted_account_is_refused(self, call: Handlers) -> None:
        person = confirmed()
        token = session_of(person).refresh
        emulated().client.admin_delete_user(UserPoolId=emulated().pool_id, Username=person.email)

        assert refresh(call, token).problem == (401, "invalid_refresh_token")

    def test_the_refresh_token_of_a_disabled_account_is_refused(self, call: Handlers) -> None:
        person = confirmed()
        token = session_of(person).refresh
        disable(person)

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
    def test_a_refresh_token_that_cognito_refuses_is_a_401(self, call: Handlers, code: str) -> None:
        # Stubbed: the emulator's tokens stay valid for longer than a test.
        with stubbed("GetTokensFromRefreshToken", refused(code)):
            answer = refresh(call, session_of(confirmed()).refresh)

        assert answer.problem == (401, "invalid_refresh_token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


class TestEndedSession:
    """Cognito may still accept its tokens; our table records the end."""

    def test_a_session_ended_by_logout_is_not_refreshed(self, call: Handlers, table: Table) -> None:
        tokens = session_of(confirmed())
        sessions.end(table, session_record(tokens), NOW)

        assert refresh(call, tokens.refresh).problem == (401, "invalid_refresh_token")

        assert not can_refresh(tokens.refresh), "the new tokens are revoked at once"

    def test_a_session_ended_by_a_new_password_is_not_refreshed(
        self, call: Handlers, table: Table, today: Clock
    ) -> None:
        person = confirmed()
        tokens = session_of(person)
        sessions.end_all(table, id_of(person), today.at + timedelta(seconds=5))

        assert refresh(call, tokens.refresh).problem == (401, "invalid_refresh_token")
        assert not can_refresh(tokens.refresh)

    def test_a_session_before_an_interrupted_reset_is_not_refreshed(
        self, call: Handlers, table: Table, today: Clock
    ) -> None:
        person = confirmed()
        tokens = session_of(person)
        begun_at = today.at + timedelta(seconds=5)
        sessions.begin_reset(table, id_of(person), begun_at)

        today.set(begun_at + timedelta(seconds=19))
        assert refresh(call, tokens.refresh).status == 200
        today.set(begun_at + timedelta(seconds=20))
        assert refresh(call, tokens.refresh).problem == (401, "invalid_refresh_token")

    def test_other_sessions_of_the_account_can_be_refreshed(
        self, call: Handlers, table: Table
    ) -> None:
        person = confirmed()
        ended, other = session_of(person), session_of(person)
        sessions.end(table, session_record(ended), NOW)

        assert refresh(call, ended.refresh).status == 401
        assert refresh(call, other.refresh).status == 200

    @pytest.mark.parametrize("fault", [lost_answer, lost_request])
    def test_an_ended_session_whose_new_tokens_cannot_be_revoked_is_a_503(
        self, call: Handlers, table: Table, tap: Tap, fault: Fault
    ) -> None:
        tokens = session_of(confirmed())
        sessions.end(table, session_record(tokens), NOW)

        with tap(failing=2, fault=fault) as wire:
            answer = refresh(call, tokens.refresh)

        assert wire.calls == ["GetTokensFromRefreshToken", "BatchGetItem", "RevokeToken"]
        assert answer.problem == (503, "identity_unavailable")


def test_no_problem_quotes_the_refresh_token(call: Handlers) -> None:
    token = session_of(confirmed()).access

    answer = refresh(call, token)

    assert answer.status == 401
    assert token not in str(answer.body)

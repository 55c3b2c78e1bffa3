"""A logout ends the session, at once for every change (`docs/accounts.md`)."""

from typing import Any

import pytest
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import stubbed
from tests.functions.example import Example, Given, Request
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers, claims_of
from tests.functions.people import Tokens, can_refresh, confirmed, session_of
from tests.functions.requests import refreshing
from tests.store.faults import Fault, lost_answer, lost_request, refused


def example_request(given: Given) -> Request:
    session = given.session
    return Request(session=session, body=refreshing(session))


OPERATION = Example(request=example_request, succeeds=204)

ADMIN = {"cognito:groups": "admin"}
CALLS = ["BatchGetItem", "UpdateItem", "RevokeToken"]
ENDED = CALLS.index("UpdateItem")


def log_out(call: Handlers, tokens: Tokens, **request: Any) -> Answer:
    return call("logout", **{"body": refreshing(tokens), "token": tokens.access} | request)


def may_write(call: Handlers, tokens: Tokens) -> bool:
    """Return whether a write passes the session check: then its malformed body is refused."""
    answer = call("createBooking", "{", token=tokens.access)
    assert answer.problem in {(400, "malformed_json"), (401, "unauthorized")}
    return answer.status == 400


@pytest.fixture
def tokens() -> Tokens:
    return session_of(confirmed())


class TestSession:
    def test_a_logged_out_session_may_not_write(self, call: Handlers, tokens: Tokens) -> None:
        assert may_write(call, tokens)

        answer = log_out(call, tokens)

        assert (answer.status, answer.body) == (204, None)
        assert "Content-Type" not in answer.headers
        assert not may_write(call, tokens)

    def test_a_logged_out_session_of_staff_may_do_nothing(
        self, call: Handlers, tokens: Tokens
    ) -> None:
        log_out(call, tokens, claims=ADMIN)

        answer = call("listBookings", token=tokens.access, claims=ADMIN)
        assert answer.problem == (401, "unauthorized")
        assert answer.body["detail"] == "Your session has ended. Log in again."

    def test_a_logged_out_session_may_read_until_its_token_expires(
        self, call: Handlers, tokens: Tokens
    ) -> None:
        log_out(call, tokens)

        assert call("listBookings", token=tokens.access).status == 200

    def test_a_logged_out_session_cannot_be_refreshed(self, call: Handlers, tokens: Tokens) -> None:
        log_out(call, tokens)

        answer = call("refresh", refreshing(tokens), by=None)
        assert answer.problem == (401, "invalid_refresh_token")
        assert not can_refresh(tokens.refresh)

    def test_get_me_refuses_a_logged_out_session(self, call: Handlers, tokens: Tokens) -> None:
        log_out(call, tokens)

        assert call("getMe", token=tokens.access).problem == (401, "unauthorized")

    def test_a_second_logout_of_a_session_is_refused(self, call: Handlers, tokens: Tokens) -> None:
        assert log_out(call, tokens).status == 204
        assert log_out(call, tokens).problem == (401, "unauthorized")

    def test_a_logout_ends_all_refreshed_tokens_of_the_session(
        self, call: Handlers, tokens: Tokens
    ) -> None:
        new = call("refresh", refreshing(tokens), by=None).body
        refreshed = Tokens(new["access_token"], new["refresh_token"])

        log_out(call, refreshed)

        assert not may_write(call, tokens)
        assert not may_write(call, refreshed)
        assert not can_refresh(refreshed.refresh)

    def test_a_logout_accepts_any_refresh_token_of_the_session(
        self, call: Handlers, tokens: Tokens
    ) -> None:
        new = call("refresh", refreshing(tokens), by=None).body

        log_out(call, Tokens(new["access_token"], tokens.refresh))

        assert not may_write(call, tokens)
        assert not can_refresh(new["refresh_token"])

    def test_a_logout_leaves_the_other_sessions_of_the_account(self, call: Handlers) -> None:
        person = confirmed()
        phone, laptop = session_of(person), session_of(person)

        log_out(call, phone)

        assert not may_write(call, phone)
        assert may_write(call, laptop)
        assert can_refresh(laptop.refresh)

    def test_the_table_holds_no_token_after_a_logout(
        self, call: Handlers, tokens: Tokens, snapshot: Snapshot
    ) -> None:
        log_out(call, tokens)

        (noted,) = snapshot()
        assert claims_of(tokens.access)["origin_jti"] in noted
        assert tokens.access not in noted and tokens.refresh not in noted


class TestRefused:
    @pytest.mark.parametrize(
        "code",
        ["InvalidParameterException", "UnsupportedTokenTypeException"],
    )
    def test_a_malformed_refresh_token_is_refused_after_the_session_has_ended(
        self, call: Handlers, tokens: Tokens, code: str
    ) -> None:
        # Stubbed: the emulator revokes every token.
        with stubbed("RevokeToken", refused(code)):
            answer = log_out(call, tokens)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /refresh_token"]
        assert not may_write(call, tokens)

    @pytest.mark.parametrize(
        "code", ["NotAuthorizedException", "UnauthorizedException", "UserNotFoundException"]
    )
    def test_a_revoked_or_foreign_refresh_token_still_ends_the_session(
        self, call: Handlers, tokens: Tokens, code: str
    ) -> None:
        # Stubbed: the emulator revokes every token. This was a 500 or a 422 before, and the session
        # stayed live.
        with stubbed("RevokeToken", refused(code)):
            assert log_out(call, tokens).status == 204

        assert not may_write(call, tokens)

    @pytest.mark.parametrize("code", ["TooManyRequestsException", "ForbiddenException"])
    def test_a_logout_whose_revocation_cognito_blocks_leaves_nothing_open(
        self, call: Handlers, tokens: Tokens, code: str
    ) -> None:
        with stubbed("RevokeToken", refused(code)):
            assert log_out(call, tokens).status in {429, 503}

        assert not may_write(call, tokens)
        answer = call("refresh", refreshing(tokens), by=None)
        assert answer.problem == (401, "invalid_refresh_token")
        assert not can_refresh(tokens.refresh)

    def test_a_logout_without_a_token_is_refused(self, call: Handlers, tokens: Tokens) -> None:
        assert log_out(call, tokens, by=None).problem == (401, "unauthorized")
        assert can_refresh(tokens.refresh)

    def test_a_logout_without_a_body_is_refused(self, call: Handlers, tokens: Tokens) -> None:
        assert call("logout", token=tokens.access).problem == (415, "unsupported_media_type")
        assert may_write(call, tokens)


def test_a_logout_makes_exactly_these_calls(call: Handlers, tokens: Tokens, tap: Tap) -> None:
    with tap() as wire:
        log_out(call, tokens)

    assert wire.calls == CALLS


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(len(CALLS)))
def test_an_interrupted_logout_has_ended_the_session_or_another_one_does(
    call: Handlers, tokens: Tokens, tap: Tap, step: int, fault: Fault
) -> None:
    with tap(failing=step, fault=fault) as wire:
        stopped = log_out(call, tokens)
    assert len(wire.calls) == step + 1
    assert stopped.status == 503

    again = log_out(call, tokens)

    # A write whose answer was lost has ended the session already.
    has_ended = step > ENDED or (step == ENDED and fault is lost_answer)
    assert again.problem == ((401, "unauthorized") if has_ended else (204, None))
    assert not may_write(call, tokens)
    answer = call("refresh", refreshing(tokens), by=None)
    assert answer.problem == (401, "invalid_refresh_token")
    assert not can_refresh(tokens.refresh)


def test_a_logout_with_another_accounts_refresh_token_ends_both_sessions(
    call: Handlers, tokens: Tokens
) -> None:
    # RFC 7009 allows every holder of a refresh token to revoke it.
    other = session_of(confirmed())

    assert call("logout", refreshing(other), token=tokens.access).status == 204

    assert not may_write(call, tokens)
    assert not can_refresh(other.refresh)

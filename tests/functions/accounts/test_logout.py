"""The end of a session, at once wherever something could be changed (§6)."""

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


OPERATION = Example(request=example_request)

ADMIN = {"cognito:groups": "admin"}
CALLS = ["BatchGetItem", "RevokeToken", "UpdateItem"]


def log_out(call: Handlers, tokens: Tokens, **request: Any) -> Answer:
    return call("logout", **{"body": refreshing(tokens), "token": tokens.access} | request)


def may_write(call: Handlers, tokens: Tokens) -> bool:
    """Return whether a write gets past the check of the session, to what is wrong with its body."""
    answer = call("createBooking", "{", token=tokens.access)
    assert answer.problem in {(400, "malformed_json"), (401, "unauthorized")}
    return answer.status == 400


@pytest.fixture
def tokens() -> Tokens:
    return session_of(confirmed())


class TestTheSession:
    def test_ends_at_once_for_writes(self, call: Handlers, tokens: Tokens) -> None:
        assert may_write(call, tokens)

        answer = log_out(call, tokens)

        assert (answer.status, answer.body) == (204, None)
        assert "Content-Type" not in answer.headers
        assert not may_write(call, tokens)

    def test_ends_at_once_for_staff(self, call: Handlers, tokens: Tokens) -> None:
        log_out(call, tokens, claims=ADMIN)

        answer = call("listBookings", token=tokens.access, claims=ADMIN)
        assert answer.problem == (401, "unauthorized")
        assert answer.body["detail"] == "Your session has ended. Log in again."

    def test_ends_with_its_token_for_reads(self, call: Handlers, tokens: Tokens) -> None:
        log_out(call, tokens)

        assert call("listBookings", token=tokens.access).status == 200

    def test_is_not_refreshed(self, call: Handlers, tokens: Tokens) -> None:
        log_out(call, tokens)

        answer = call("refresh", refreshing(tokens), by=None)
        assert answer.problem == (401, "invalid_refresh_token")
        assert not can_refresh(tokens.refresh)

    def test_is_known_nowhere(self, call: Handlers, tokens: Tokens) -> None:
        log_out(call, tokens)

        assert call("getMe", token=tokens.access).problem == (401, "unauthorized")

    def test_ends_once(self, call: Handlers, tokens: Tokens) -> None:
        assert log_out(call, tokens).status == 204
        assert log_out(call, tokens).problem == (401, "unauthorized")

    def test_ends_with_all_that_was_refreshed_from_it(self, call: Handlers, tokens: Tokens) -> None:
        new = call("refresh", refreshing(tokens), by=None).body
        refreshed = Tokens(new["access_token"], new["refresh_token"])

        log_out(call, refreshed)

        assert not may_write(call, tokens)
        assert not may_write(call, refreshed)
        assert not can_refresh(refreshed.refresh)

    def test_ends_whichever_of_its_refresh_tokens_is_sent(
        self, call: Handlers, tokens: Tokens
    ) -> None:
        new = call("refresh", refreshing(tokens), by=None).body

        log_out(call, Tokens(new["access_token"], tokens.refresh))

        assert not may_write(call, tokens)
        assert not can_refresh(new["refresh_token"])

    def test_leaves_the_others_of_the_account_alone(self, call: Handlers) -> None:
        person = confirmed()
        phone, laptop = session_of(person), session_of(person)

        log_out(call, phone)

        assert not may_write(call, phone)
        assert may_write(call, laptop)
        assert can_refresh(laptop.refresh)

    def test_is_noted_without_a_token(
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
    def test_what_is_no_refresh_token_ends_nothing(
        self, call: Handlers, tokens: Tokens, code: str
    ) -> None:
        # Stubbed: the emulator revokes whatever it is given.
        with stubbed("RevokeToken", refused(code)):
            answer = log_out(call, tokens)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /refresh_token"]
        assert may_write(call, tokens)

    @pytest.mark.parametrize(
        "code", ["NotAuthorizedException", "UnauthorizedException", "UserNotFoundException"]
    )
    def test_a_revoked_or_foreign_refresh_token_does_not_keep_the_session_alive(
        self, call: Handlers, tokens: Tokens, code: str
    ) -> None:
        # Stubbed: the emulator revokes whatever it is given. It was a 500 or a 422, and the session
        # went on.
        with stubbed("RevokeToken", refused(code)):
            assert log_out(call, tokens).status == 204

        assert not may_write(call, tokens)

    def test_nobody_logs_out(self, call: Handlers, tokens: Tokens) -> None:
        assert log_out(call, tokens, by=None).problem == (401, "unauthorized")
        assert can_refresh(tokens.refresh)

    def test_a_body_is_needed(self, call: Handlers, tokens: Tokens) -> None:
        assert call("logout", token=tokens.access).problem == (415, "unsupported_media_type")
        assert may_write(call, tokens)


def test_these_are_its_calls(call: Handlers, tokens: Tokens, tap: Tap) -> None:
    with tap() as wire:
        log_out(call, tokens)

    assert wire.calls == CALLS


@pytest.mark.parametrize("fault", [lost_answer, lost_request])
@pytest.mark.parametrize("step", range(len(CALLS)))
def test_stopped_half_way_it_is_completed_by_logging_out_again(
    call: Handlers, tokens: Tokens, tap: Tap, step: int, fault: Fault
) -> None:
    with tap(failing=step, fault=fault) as wire:
        stopped = log_out(call, tokens)
    assert len(wire.calls) == step + 1
    assert stopped.status == 503

    again = log_out(call, tokens)

    # A note whose answer was lost has ended the session already.
    has_ended = step == len(CALLS) - 1 and fault is lost_answer
    assert again.problem == ((401, "unauthorized") if has_ended else (204, None))
    assert not may_write(call, tokens)
    assert not can_refresh(tokens.refresh)


def test_anothers_refresh_token_ends_ones_own_session_too(call: Handlers, tokens: Tokens) -> None:
    # Whoever holds a refresh token may revoke it: RFC 7009 asks for no more.
    other = session_of(confirmed())

    assert call("logout", refreshing(other), token=tokens.access).status == 204

    assert not may_write(call, tokens)
    assert not can_refresh(other.refresh)

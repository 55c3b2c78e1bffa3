"""Sessions: what ends a session before its tokens expire (`architecture.md §6`)."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import CUSTOMER, NOW, SESSION

from teppan.domain.accounts.session import (
    CONFIRMATION,
    LIFETIME,
    Session,
    SessionEndings,
    is_live,
    next_second,
)

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def session(began_at: datetime = NOW - HOUR) -> Session:
    return Session(SESSION, CUSTOMER, began_at)


def resets(*begun: datetime) -> SessionEndings:
    """Return the endings of an account with password resets that have no recorded result."""
    return SessionEndings(resets_begun=frozenset(begun))


def test_a_session_without_endings_is_live() -> None:
    assert is_live(session(), SessionEndings(), NOW)


def test_a_logout_ends_the_session_at_once() -> None:
    assert not is_live(session(NOW), SessionEndings(logged_out=True), NOW)


@pytest.mark.parametrize(
    ("began", "live"),
    [
        (-HOUR, False),
        (-SECOND, False),
        (timedelta(0), True),  # it is a second that was waited for (`next_second`)
        (SECOND, True),
        (HOUR, True),
    ],
)
def test_a_new_password_ends_sessions_that_began_before_its_second(
    began: timedelta, live: bool
) -> None:
    changed_at = NOW - HOUR

    endings = SessionEndings(ended_at=changed_at)

    assert is_live(session(changed_at + began), endings, NOW) is live


class TestResets:
    @pytest.mark.parametrize(
        ("ago", "live"),
        [
            (timedelta(0), True),
            (SECOND, True),
            (CONFIRMATION - TICK, True),
            (CONFIRMATION, False),
            (HOUR, False),
        ],
    )
    def test_an_abandoned_password_reset_counts_as_a_new_password(
        self, ago: timedelta, live: bool
    ) -> None:
        began_before = session(NOW - 2 * HOUR)

        assert is_live(began_before, resets(NOW - ago), NOW) is live

    def test_a_password_reset_is_abandoned_once_no_function_can_still_run(self) -> None:
        assert timedelta(seconds=20) == CONFIRMATION

    @pytest.mark.parametrize(
        ("began", "live"),
        [
            (-SECOND, False),
            (timedelta(0), False),
            (CONFIRMATION - SECOND, False),
            (CONFIRMATION, True),
            (HOUR, True),
        ],
    )
    def test_an_abandoned_password_reset_ends_sessions_that_began_during_its_confirmation(
        self, began: timedelta, live: bool
    ) -> None:
        """Until the confirmation, the old password may have started a session."""
        begun = NOW - HOUR

        assert is_live(session(begun + began), resets(begun), NOW) is live

    def test_a_password_reset_that_is_being_confirmed_ends_no_session(self) -> None:
        assert is_live(session(NOW), resets(NOW), NOW)

    @pytest.mark.parametrize(
        ("began", "live"), [(-3 * HOUR, False), (-1.5 * HOUR, False), (-0.5 * HOUR, True)]
    )
    def test_the_last_of_several_abandoned_password_resets_decides(
        self, began: timedelta, live: bool
    ) -> None:
        endings = resets(NOW - 2 * HOUR, NOW - HOUR, NOW - SECOND)

        assert is_live(session(NOW + began), endings, NOW) is live

    def test_an_abandoned_password_reset_before_a_new_password_changes_nothing(self) -> None:
        changed_at = NOW - HOUR
        endings = SessionEndings(ended_at=changed_at, resets_begun=frozenset({changed_at - HOUR}))

        assert is_live(session(changed_at), endings, NOW)
        assert not is_live(session(changed_at - SECOND), endings, NOW)


@pytest.mark.parametrize(
    ("at", "following"),
    [
        (NOW, NOW + SECOND),
        (NOW + TICK, NOW + SECOND),
        (NOW + SECOND - TICK, NOW + SECOND),
        (NOW + SECOND, NOW + 2 * SECOND),
        (datetime(2026, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_next_second_is_a_whole_second_and_later(at: datetime, following: datetime) -> None:
    assert next_second(at) == following > at


@pytest.mark.parametrize("within_its_second", [timedelta(0), TICK, SECOND - TICK])
def test_a_new_password_ends_sessions_of_its_own_second(
    within_its_second: timedelta,
) -> None:
    endings = SessionEndings(ended_at=next_second(NOW + within_its_second))

    assert not is_live(session(NOW), endings, NOW + HOUR)
    assert is_live(session(NOW + SECOND), endings, NOW + HOUR)


def test_session_endings_are_kept_longer_than_a_refresh_token_is_valid() -> None:
    assert timedelta(days=30) < LIFETIME

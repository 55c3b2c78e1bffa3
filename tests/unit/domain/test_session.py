"""Sessions: what ends one before its tokens end (`architecture.md §6`)."""

from datetime import datetime, timedelta

import pytest
from tests.builders import CUSTOMER, NOW, SESSION

from teppan.domain.session import CONFIRMATION, LIFETIME, Endings, Session, is_live

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def session(began_at: datetime = NOW - HOUR) -> Session:
    return Session(SESSION, CUSTOMER, began_at)


def resets(*begun: datetime) -> Endings:
    """Return the endings of an account whose password resets have begun and not been settled."""
    return Endings(resets_begun=frozenset(begun))


def test_a_session_that_nothing_has_ended_is_live() -> None:
    assert is_live(session(), Endings(), NOW)


def test_a_logout_ends_it_at_once() -> None:
    assert not is_live(session(NOW), Endings(logged_out=True), NOW)


@pytest.mark.parametrize(
    ("began", "live"),
    [
        (-HOUR, False),
        (-SECOND, False),
        (timedelta(0), True),  # `auth_time` has no fractions: it may be the new password's login
        (SECOND, True),
        (HOUR, True),
    ],
)
def test_a_changed_password_ends_the_sessions_that_began_before_its_second(
    began: timedelta, live: bool
) -> None:
    changed_at = NOW - HOUR

    endings = Endings(ended_at=changed_at)

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
    def test_one_that_was_left_behind_counts_as_a_changed_password(
        self, ago: timedelta, live: bool
    ) -> None:
        began_before = session(NOW - 2 * HOUR)

        assert is_live(began_before, resets(NOW - ago), NOW) is live

    def test_it_is_left_behind_once_no_function_can_still_run(self) -> None:
        assert timedelta(seconds=20) == CONFIRMATION

    def test_who_logged_in_after_it_stays(self) -> None:
        begun = NOW - HOUR

        assert is_live(session(begun + SECOND), resets(begun), NOW)

    @pytest.mark.parametrize(
        ("began", "live"), [(-3 * HOUR, False), (-1.5 * HOUR, False), (-0.5 * HOUR, True)]
    )
    def test_of_several_the_last_one_left_behind_decides(
        self, began: timedelta, live: bool
    ) -> None:
        endings = resets(NOW - 2 * HOUR, NOW - HOUR, NOW - SECOND)

        assert is_live(session(NOW + began), endings, NOW) is live

    def test_one_before_a_changed_password_makes_no_difference_after_it(self) -> None:
        changed_at = NOW - HOUR
        endings = Endings(ended_at=changed_at, resets_begun=frozenset({changed_at - HOUR}))

        assert is_live(session(changed_at), endings, NOW)
        assert not is_live(session(changed_at - SECOND), endings, NOW)


def test_what_has_ended_is_remembered_for_longer_than_a_refresh_token_lives() -> None:
    assert timedelta(days=30) < LIFETIME

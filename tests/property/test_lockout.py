"""However somebody spaces their attempts, the lock-out holds, and never for ever."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from teppan.domain.lockout import CODES, MAILS, PASSWORDS, Attempts, Lockout

LOCKOUTS = st.sampled_from([PASSWORDS, CODES, MAILS])
PAUSES = st.lists(st.floats(0, 5000), max_size=60)
HOUR = timedelta(hours=1)


@given(LOCKOUTS, st.integers(1, 10**6), st.floats(0, 10**6))
def test_a_wait_is_within_bounds_and_runs_down(
    lockout: Lockout, count: int, seconds: float
) -> None:
    attempts, at = Attempts(count, NOW), NOW + timedelta(seconds=seconds)

    wait = lockout.wait(attempts, at)

    assert 0 <= wait <= lockout.longest
    assert wait == 0 or count >= lockout.free
    assert lockout.wait(attempts, at + timedelta(seconds=wait)) == 0
    assert lockout.wait(attempts, at + timedelta(seconds=1)) <= wait


@given(st.integers(5, 14))
def test_it_is_never_shorter_than_cognitos_own(failures: int) -> None:
    cognitos = min(2 ** (failures - 5), 900)

    assert PASSWORDS.wait(Attempts(failures, NOW), NOW) >= cognitos


@given(LOCKOUTS, PAUSES)
def test_no_spacing_gets_more_attempts_than_the_free_ones_and_those_between_the_waits(
    lockout: Lockout, pauses: list[float]
) -> None:
    # Given somebody who tries after each of the pauses, and what the lock-out lets pass
    made: list[Attempts] = []
    at = NOW
    for pause in pauses:
        at += timedelta(seconds=pause)
        before = made[-1] if made else None
        if lockout.wait(before, at) == 0:
            made.append(lockout.next(before, at))

    # Then each hour of a day has no more than the first
    doublings = (lockout.longest // lockout.first).bit_length()
    most = lockout.free + doublings + HOUR // timedelta(seconds=lockout.longest)
    for first in made:
        within = [each for each in made if first.last <= each.last < first.last + HOUR]
        assert len(within) <= most


def test_a_code_of_six_digits_is_not_guessed_in_a_day() -> None:
    made, at = [Attempts(1, NOW)], NOW
    while at < NOW + timedelta(days=1):
        at += timedelta(seconds=max(1, CODES.wait(made[-1], at)))
        made.append(CODES.next(made[-1], at))

    assert len(made) < 40

"""Refunds never increase towards the start, and never exceed their base (`domain.md §6`)."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, admin, caller, confirmed, slot
from tests.property.strategies import CENTS, SECONDS

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import (
    RefundTerms,
    cancellation_terms,
    overridden_terms,
    refund_terms,
)
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.errors import TooLateToCancel
from teppan.domain.errors import DomainError
from teppan.domain.ledger_balance import Balance
from teppan.domain.policy import CURRENT

START = slot().starts_at
CANCELLABLE = SECONDS.map(lambda span: max(span, timedelta(hours=48)))


def terms(captured: int, notice: timedelta) -> RefundTerms:
    return refund_terms(Balance(captured), START, START - notice, CURRENT)


@given(CENTS, CANCELLABLE, CANCELLABLE)
def test_a_later_cancellation_never_refunds_more(
    captured: int, notice: timedelta, other: timedelta
) -> None:
    late, early = sorted((notice, other))

    assert terms(captured, late).amount <= terms(captured, early).amount


@given(CENTS, CANCELLABLE)
def test_a_refund_is_in_whole_cents_and_within_its_base(captured: int, notice: timedelta) -> None:
    found = terms(captured, notice)

    assert type(found.amount) is int
    assert 0 <= found.amount <= found.base == captured
    assert abs(found.amount - Fraction(captured * found.percentage, 100)) <= Fraction(1, 2)


@given(st.timedeltas(timedelta(days=-400), timedelta(hours=48) - timedelta(microseconds=1)))
def test_no_refund_terms_exist_after_the_last_tier(notice: timedelta) -> None:
    with pytest.raises(TooLateToCancel):
        terms(10_000, notice)


@given(CENTS, CANCELLABLE)
def test_refund_terms_are_valid_until_their_instant(captured: int, notice: timedelta) -> None:
    found = terms(captured, notice)
    last = found.valid_until - timedelta(seconds=1)

    assert START - notice <= found.valid_until
    if last >= START - notice:
        assert terms(captured, START - last) == found


@given(CENTS, st.integers(0, 100))
def test_an_override_never_refunds_more_than_is_refundable(captured: int, percentage: int) -> None:
    assert 0 <= overridden_terms(Balance(captured), percentage, NOW).amount <= captured


def table(notice: timedelta) -> int:
    """Return the percentage of the table in `domain.md §6` for the time to the start."""
    if notice > timedelta(days=14):
        return 97
    return 50 if notice >= timedelta(days=7) else 0


NOTICES = [
    timedelta(days=days, seconds=off)
    for days, off in [(3, 0), (5, 0), (7, -1), (7, 0), (10, 0), (14, 0), (14, 1), (20, 0)]
]
"""How long before its start a booking is moved or cancelled: each tier and both sides of it."""


def moved(booking: Booking, at: datetime, days: int, *, by_staff: bool) -> Booking:
    """Return the booking moved to a date that is `days` after `at`."""
    who = admin(at) if by_staff else caller(at=at)
    return change(booking, Changes(date=(at + timedelta(days=days)).date()), who).after


def check_refund(booking: Booking, at: datetime, earlier: list[int]) -> None:
    """Check that the refund has the lowest percentage of the table now and at each earlier move."""
    found = cancellation_terms(booking, at)
    expected = min([table(booking.slot.starts_at - at), *earlier])
    assert found.percentage == expected
    assert found.amount <= min(RefundTerms(found.base, each, at).amount for each in [97, *earlier])
    last = found.valid_until
    assert cancellation_terms(booking, last - timedelta(seconds=1)).percentage == expected
    try:
        worse = cancellation_terms(booking, last + timedelta(seconds=1)).percentage
    except TooLateToCancel:
        return
    assert worse < expected


@given(
    st.lists(st.tuples(SECONDS, st.integers(3, 364), st.booleans()), min_size=1, max_size=6),
    SECONDS,
)
def test_no_sequence_of_moves_improves_the_refund(
    moves: list[tuple[timedelta, int, bool]], later: timedelta
) -> None:
    booking, at = confirmed(), NOW
    earlier: list[int] = []
    for wait, days, by_staff in moves:
        before_move = booking.slot.starts_at - timedelta(hours=72)
        at = min(at + wait, before_move)
        said = table(booking.slot.starts_at - at)
        try:
            after = moved(booking, at, days, by_staff=by_staff)
        except DomainError:
            continue
        if after.slot != booking.slot:
            earlier.append(said)
        booking = after

    check_refund(booking, at, earlier)
    check_refund(booking, min(at + later, booking.slot.starts_at - timedelta(hours=49)), earlier)


@pytest.mark.parametrize("by_staff", [True, False])
@pytest.mark.parametrize("captured", [10_000, 71_445])
def test_two_moves_never_improve_the_refund_at_any_edge_of_the_tiers(
    captured: int, by_staff: bool
) -> None:
    """Try every pair of moves, each at the edge of a tier, with a cancellation at an edge."""
    start = replace(confirmed(captured), slot=slot())
    for first, second, last in product(NOTICES, repeat=3):
        at = start.slot.starts_at - first
        once = moved(start, at, 200, by_staff=by_staff)
        at = once.slot.starts_at - second
        twice = moved(once, at, 300, by_staff=by_staff)
        check_refund(twice, twice.slot.starts_at - last, [table(first), table(second)])

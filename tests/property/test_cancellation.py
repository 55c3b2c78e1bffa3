"""Refunds only get smaller as the start comes nearer, and never exceed the base (§6)."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, slot
from tests.property.strategies import CENTS, SECONDS

from teppan.domain.cancellation import RefundTerms, overridden_terms, refund_terms
from teppan.domain.errors import TooLateToCancel
from teppan.domain.ledger import Balance
from teppan.domain.policy import CURRENT

START = slot().starts_at
CANCELLABLE = SECONDS.map(lambda span: max(span, timedelta(hours=48)))


def terms(captured: int, notice: timedelta) -> RefundTerms:
    return refund_terms(Balance(captured), START, START - notice, CURRENT)


@given(CENTS, CANCELLABLE, CANCELLABLE)
def test_waiting_never_pays(captured: int, notice: timedelta, other: timedelta) -> None:
    late, early = sorted((notice, other))

    assert terms(captured, late).amount <= terms(captured, early).amount


@given(CENTS, CANCELLABLE)
def test_a_refund_is_whole_cents_within_the_base(captured: int, notice: timedelta) -> None:
    found = terms(captured, notice)

    assert type(found.amount) is int
    assert 0 <= found.amount <= found.base == captured
    assert abs(found.amount - Fraction(captured * found.percentage, 100)) <= Fraction(1, 2)


@given(st.timedeltas(timedelta(days=-400), timedelta(hours=48) - timedelta(microseconds=1)))
def test_after_the_last_tier_there_are_no_terms(notice: timedelta) -> None:
    with pytest.raises(TooLateToCancel):
        terms(10_000, notice)


@given(CENTS, CANCELLABLE)
def test_terms_hold_until_the_instant_that_they_name(captured: int, notice: timedelta) -> None:
    found = terms(captured, notice)
    last = found.valid_until - timedelta(seconds=1)

    assert START - notice <= found.valid_until
    if last >= START - notice:
        assert terms(captured, START - last) == found


@given(CENTS, st.integers(0, 100))
def test_staff_never_refund_more_than_there_is(captured: int, percentage: int) -> None:
    assert 0 <= overridden_terms(Balance(captured), percentage, NOW).amount <= captured

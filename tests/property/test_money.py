"""Rounding half up agrees with exact arithmetic."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st
from tests.property.strategies import CENTS

from teppan.domain.money import half_up

PARTS = st.integers(1, 10_000).flatmap(
    lambda whole: st.tuples(st.integers(0, whole), st.just(whole))
)


@given(CENTS, PARTS)
def test_half_up_is_the_exact_fraction_rounded_half_up(amount: int, part: tuple[int, int]) -> None:
    numerator, denominator = part

    exact = Fraction(amount) * numerator / denominator

    assert half_up(amount, numerator, denominator) == floor(exact + Fraction(1, 2))


@given(CENTS, st.integers(0, 10_000))
def test_half_up_equals_decimal_rounding(amount: int, basis_points: int) -> None:
    exact = Decimal(amount) * basis_points / 10_000

    assert half_up(amount, basis_points, 10_000) == exact.quantize(Decimal(1), ROUND_HALF_UP)


@given(CENTS, CENTS, PARTS)
def test_a_larger_amount_never_has_a_smaller_part(
    amount: int, more: int, part: tuple[int, int]
) -> None:
    assert half_up(amount, *part) <= half_up(amount + more, *part)


@given(CENTS, PARTS)
def test_a_part_of_an_amount_is_between_zero_and_the_amount(
    amount: int, part: tuple[int, int]
) -> None:
    assert 0 <= half_up(amount, *part) <= amount

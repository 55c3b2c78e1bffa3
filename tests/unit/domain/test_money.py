"""Rounding half up, in whole cents."""

import pytest

from teppan.domain.money import half_up


@pytest.mark.parametrize(
    ("amount", "numerator", "denominator", "rounded"),
    [
        (0, 97, 100, 0),
        (1, 49, 100, 0),
        (1, 50, 100, 1),  # exactly half goes up
        (1, 51, 100, 1),
        (3, 50, 100, 2),  # also where half to even would go down
        (5, 50, 100, 3),
        (10_000, 97, 100, 9_700),
        (55_000, 825, 10_000, 4_538),  # 4537.5: the tax of the minimum
    ],
)
def test_half_up_rounds_half_a_cent_up(
    amount: int, numerator: int, denominator: int, rounded: int
) -> None:
    assert half_up(amount, numerator, denominator) == rounded

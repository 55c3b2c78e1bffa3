"""What a cancellation gives back, to the second (§6)."""

from datetime import timedelta

import pytest
from tests.builders import NOW, slot

from teppan.domain.cancellation import overridden_terms, refund_terms
from teppan.domain.errors import TooLateToCancel
from teppan.domain.ledger import Balance
from teppan.domain.policy import CURRENT

START = slot().starts_at
SECOND = timedelta(seconds=1)
PAID = Balance(captured=10_000)


@pytest.mark.parametrize(
    ("notice", "percentage", "amount"),
    [
        (timedelta(days=365), 97, 9_700),
        (timedelta(days=14) + SECOND, 97, 9_700),
        (timedelta(days=14), 50, 5_000),
        (timedelta(days=7), 50, 5_000),
        (timedelta(days=7) - SECOND, 0, 0),
        (timedelta(hours=48), 0, 0),
    ],
)
def test_the_refund_depends_on_the_time_left(
    notice: timedelta, percentage: int, amount: int
) -> None:
    terms = refund_terms(PAID, START, START - notice, CURRENT)

    assert (terms.base, terms.percentage, terms.amount) == (10_000, percentage, amount)


@pytest.mark.parametrize("notice", [timedelta(hours=48) - SECOND, timedelta(0), timedelta(days=-1)])
def test_it_is_too_late_with_less_than_48_hours_to_go(notice: timedelta) -> None:
    with pytest.raises(TooLateToCancel, match="contact support"):
        refund_terms(PAID, START, START - notice, CURRENT)


@pytest.mark.parametrize(
    ("captured", "days", "amount"),
    [(50, 20, 49), (150, 20, 146), (1, 8, 1), (3, 8, 2), (71_445, 8, 35_723), (71_445, 20, 69_302)],
)
def test_it_is_rounded_half_up_to_the_cent(captured: int, days: int, amount: int) -> None:
    terms = refund_terms(Balance(captured), START, START - timedelta(days=days), CURRENT)

    assert terms.amount == amount


def test_its_base_is_captured_minus_already_refunded() -> None:
    part = Balance(captured=10_000, refunded=4_000)

    assert refund_terms(part, START, START - timedelta(days=20), CURRENT).amount == 5_820


@pytest.mark.parametrize(
    ("notice", "until"),
    [
        (timedelta(days=20), timedelta(days=14)),
        (timedelta(days=14), timedelta(days=7)),
        (timedelta(days=7) - SECOND, timedelta(hours=48)),
    ],
)
def test_terms_are_valid_until_worse_ones_begin(notice: timedelta, until: timedelta) -> None:
    assert refund_terms(PAID, START, START - notice, CURRENT).valid_until == START - until


class TestOverride:
    @pytest.mark.parametrize(("percentage", "amount"), [(0, 0), (33, 3_300), (100, 10_000)])
    def test_staff_set_the_percentage(self, percentage: int, amount: int) -> None:
        assert overridden_terms(PAID, percentage, NOW).amount == amount

    def test_it_never_gives_back_more_than_is_left(self) -> None:
        part = Balance(captured=10_000, refunded=4_000)

        assert overridden_terms(part, 100, NOW).amount == 6_000

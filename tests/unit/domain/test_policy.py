"""The policy has exactly the numbers of `domain.md`."""

from dataclasses import FrozenInstanceError, replace
from datetime import time, timedelta
from typing import Any

import pytest

from teppan.domain.policy import CURRENT, POLICIES

NUMBERS: dict[str, Any] = {
    "version": "2026-11",
    "currency": "usd",
    # `domain.md §1-2`
    "timezone": "America/Los_Angeles",
    "start_times": (time(12), time(15), time(18), time(21)),
    "lead_time": timedelta(hours=48),
    "horizon": timedelta(days=365),
    "default_capacity": 1,
    "max_capacity": 20,
    "max_availability_days": 32,
    # `domain.md §3`
    "max_guests": 50,
    "guest_prices": {"adult": 5500, "child": 3000, "toddler": 0},
    "upgrade_prices": {
        "salmon": 500,
        "scallops": 500,
        "filet_mignon": 500,
        "lobster_tail": 1500,
        "extra_protein": 1000,
    },
    "add_on_prices": {
        "yakisoba_noodles": 500,
        "extra_fried_rice": 500,
        "extra_vegetables": 500,
        "edamame": 500,
        "gyoza": 1000,
    },
    "minimum_food": 55_000,
    "free_miles": 30,
    "mile_price": 200,
    "max_miles": 200,
    "tax_basis_points": 825,
    "deposit": 10_000,
    "least_charge": 50,
    "balance_before_start": timedelta(days=7),
    # `domain.md §4-5`
    "max_pending_bookings": 3,
    "max_bookings_in_window": 10,
    "booking_count_window": timedelta(hours=24),
    "payment_window": timedelta(hours=24),
    "payment_before_start": timedelta(hours=24),
    "move_notice": timedelta(hours=72),
    "edit_notice": timedelta(hours=24),
    "reduction_notice": timedelta(days=7),
    "travel_deadline_after_start": timedelta(days=30),
    "completed_after_start": timedelta(hours=6),
    "refund_retry_after_error": timedelta(minutes=15),
    "refund_refusals": 30,
    # `domain.md §7`
    "payment_attempts": 40,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_each_number_of_the_policy_is_the_one_of_the_rules(name: str) -> None:
    assert getattr(CURRENT, name) == NUMBERS[name]


def test_the_policy_has_three_refund_tiers() -> None:
    tiers = [(tier.notice, tier.inclusive, tier.percentage) for tier in CURRENT.refund_tiers]

    assert tiers == [
        (timedelta(days=14), False, 97),
        (timedelta(days=7), True, 50),
        (timedelta(hours=48), True, 0),
    ]


def test_every_number_of_the_policy_is_tested() -> None:
    # An estimate for customers, and the wait of a failed refund: these are no business rules.
    operational = {"refund_arrival", "refund_retry"}

    assert set(CURRENT.__slots__) == set(NUMBERS) | operational | {"refund_tiers"}


def test_the_current_policy_is_found_by_its_version() -> None:
    assert POLICIES["2026-11"] is CURRENT


def test_a_policy_is_immutable() -> None:
    with pytest.raises(FrozenInstanceError):
        CURRENT.deposit = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        CURRENT.guest_prices["adult"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        POLICIES["2026-12"] = replace(CURRENT, version="2026-12")  # type: ignore[index]

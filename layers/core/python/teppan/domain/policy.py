"""The numbers of the business (`domain.md`). A booking keeps the policy that it was made under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from teppan.domain.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTier:
    """The percentage of the base that is refunded with at least `notice` before the start.

    If the tier is not `inclusive`, more than `notice` is needed.
    """

    notice: timedelta
    inclusive: bool
    percentage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One immutable set of numbers; amounts are US cents, windows are measured between instants."""

    version: str
    currency: str
    timezone: str
    start_times: tuple[time, ...]
    lead_time: timedelta
    horizon: timedelta
    default_capacity: int
    max_capacity: int
    max_availability_days: int

    max_guests: int
    guest_prices: Mapping[str, Cents]
    upgrade_prices: Mapping[str, Cents]
    add_on_prices: Mapping[str, Cents]
    minimum_food: Cents
    free_miles: int
    mile_price: Cents
    max_miles: int
    tax_basis_points: int
    deposit: Cents
    least_charge: Cents

    max_pending_bookings: int
    max_bookings_in_window: int
    booking_count_window: timedelta

    payment_window: timedelta
    payment_before_start: timedelta
    payment_attempts: int
    balance_before_start: timedelta
    move_notice: timedelta
    edit_notice: timedelta
    reduction_notice: timedelta
    travel_deadline_after_start: timedelta
    refund_tiers: tuple[RefundTier, ...]
    refund_arrival: timedelta
    refund_retry: timedelta
    refund_retry_after_error: timedelta
    refund_refusals: int
    completed_after_start: timedelta

    @property
    def zone(self) -> ZoneInfo:
        """The venue's time zone."""
        return ZoneInfo(self.timezone)


_2026_11 = Policy(
    version="2026-11",
    currency="usd",
    timezone="America/Los_Angeles",
    start_times=(time(12), time(15), time(18), time(21)),
    lead_time=timedelta(hours=48),
    horizon=timedelta(days=365),
    default_capacity=1,
    max_capacity=20,
    max_availability_days=32,
    max_guests=50,
    guest_prices=MappingProxyType({"adult": 5500, "child": 3000, "toddler": 0}),
    upgrade_prices=MappingProxyType(
        {
            "salmon": 500,
            "scallops": 500,
            "filet_mignon": 500,
            "lobster_tail": 1500,
            "extra_protein": 1000,
        }
    ),
    add_on_prices=MappingProxyType(
        {
            "yakisoba_noodles": 500,
            "extra_fried_rice": 500,
            "extra_vegetables": 500,
            "edamame": 500,
            "gyoza": 1000,
        }
    ),
    minimum_food=55_000,
    free_miles=30,
    mile_price=200,
    max_miles=200,
    tax_basis_points=825,
    deposit=10_000,
    least_charge=50,
    max_pending_bookings=3,
    max_bookings_in_window=10,
    booking_count_window=timedelta(hours=24),
    payment_window=timedelta(hours=24),
    payment_before_start=timedelta(hours=24),
    payment_attempts=40,
    balance_before_start=timedelta(days=7),
    move_notice=timedelta(hours=72),
    edit_notice=timedelta(hours=24),
    reduction_notice=timedelta(days=7),
    travel_deadline_after_start=timedelta(days=30),
    refund_tiers=(
        RefundTier(notice=timedelta(days=14), inclusive=False, percentage=97),
        RefundTier(notice=timedelta(days=7), inclusive=True, percentage=50),
        RefundTier(notice=timedelta(hours=48), inclusive=True, percentage=0),
    ),
    refund_arrival=timedelta(days=10),
    refund_retry=timedelta(hours=24),
    refund_retry_after_error=timedelta(minutes=15),
    refund_refusals=30,
    completed_after_start=timedelta(hours=6),
)

POLICIES: Mapping[str, Policy] = MappingProxyType({_2026_11.version: _2026_11})
"""Every policy that a stored booking may refer to, by version."""

CURRENT = _2026_11
"""The policy for new bookings."""

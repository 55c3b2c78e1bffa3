"""Local times and instants, on every day of twenty years (`domain.md §1-2`)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from tests.property.strategies import DAYS, SECONDS, STARTS

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.bookings.errors import InvalidTime
from teppan.domain.bookings.slot import (
    Occupancy,
    Slot,
    UnavailabilityReason,
    outside_window,
    slot_at,
    slots_between,
    unavailability_reason,
)
from teppan.domain.policy import CURRENT

SLOTS = st.builds(slot_at, DAYS, STARTS, st.just(CURRENT))
OCCUPANCIES = st.builds(Occupancy, st.integers(0, 20), st.integers(0, 25))
ANY_TIME = st.times().map(lambda each: each.replace(second=0, microsecond=0))


@given(SLOTS)
def test_the_instant_of_a_slot_converts_back_to_its_local_time(slot: Slot) -> None:
    local = slot.starts_at.astimezone(ZoneInfo("America/Los_Angeles"))

    assert (local.date(), local.time()) == (slot.date, slot.time)
    assert from_rfc3339(to_rfc3339(slot.starts_at)) == slot.starts_at


@example(date(2032, 11, 7), time(1, fold=1))
@given(DAYS, ANY_TIME)
def test_a_start_time_of_any_policy_has_an_instant_or_is_skipped(day: date, start: time) -> None:
    policy = replace(CURRENT, start_times=(start,))
    local = datetime.combine(day, start)
    passes = {
        instant
        for fold in (0, 1)
        if (instant := local.replace(tzinfo=policy.zone, fold=fold).astimezone(UTC))
        .astimezone(policy.zone)
        .replace(tzinfo=None, fold=0)
        == local
    }

    try:
        found = slot_at(day, start, policy)
    except InvalidTime:
        assert passes == set()
    else:
        assert found.starts_at == min(passes)


@given(DAYS, st.integers(0, 40))
def test_slots_are_in_order_of_start(first: date, days: int) -> None:
    found = slots_between(first, first + timedelta(days=days), CURRENT)
    starts = [slot.starts_at for slot in found]

    assert len(found) == 4 * (days + 1)
    assert starts == sorted(set(starts))


@given(SLOTS, SECONDS, SECONDS)
def test_the_booking_window_of_a_slot_is_one_interval(
    slot: Slot, notice: timedelta, other: timedelta
) -> None:
    late, early = sorted((notice, other))
    reasons = [outside_window(slot, slot.starts_at - each, CURRENT) for each in (early, late)]

    assert reasons in (
        [None, None],
        [None, UnavailabilityReason.LEAD_TIME],
        [UnavailabilityReason.LEAD_TIME] * 2,
    )


@given(SLOTS, st.timedeltas(timedelta(days=-400), timedelta(days=800)))
def test_booking_windows_are_measured_between_instants(slot: Slot, notice: timedelta) -> None:
    now = slot.starts_at - notice
    hours = notice.total_seconds() / 3600

    reason = outside_window(slot, now, CURRENT)

    assert (reason is UnavailabilityReason.LEAD_TIME) == (hours < 48)
    assert (reason is UnavailabilityReason.TOO_FAR_AHEAD) == (hours > 365 * 24)
    assert outside_window(slot, now.astimezone(CURRENT.zone).astimezone(UTC), CURRENT) is reason


@given(SLOTS, OCCUPANCIES, st.timedeltas(timedelta(days=-10), timedelta(days=400)))
def test_a_slot_is_available_exactly_when_no_rule_forbids_it(
    slot: Slot, occupancy: Occupancy, notice: timedelta
) -> None:
    now = slot.starts_at - notice

    reason = unavailability_reason(slot, occupancy, now, CURRENT)

    open_now = outside_window(slot, now, CURRENT) is None
    assert (reason is None) == (open_now and occupancy.booked < occupancy.capacity)
    assert (reason is UnavailabilityReason.CLOSED) == (open_now and occupancy.capacity == 0)
    assert (reason is UnavailabilityReason.FULL) == (
        open_now and occupancy.booked >= occupancy.capacity > 0
    )


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_formatted_instants_sort_like_instants(one: datetime, other: datetime) -> None:
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)

    assert (to_rfc3339(one) < to_rfc3339(other)) == (one < other)

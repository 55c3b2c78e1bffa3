"""Slots: local times and instants, daylight saving, lead time, horizon, occupancy.

See `domain.md §1-2`.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.builders import NOW, PARTY_DATE, before, slot

from teppan.domain.bookings.errors import InvalidTime, LeadTimeTooShort, TooFarAhead
from teppan.domain.bookings.slot import (
    Occupancy,
    UnavailabilityReason,
    check_bookable,
    outside_window,
    slot_at,
    slots_between,
    start_time,
    unavailability_reason,
)
from teppan.domain.errors import DomainError
from teppan.domain.policy import CURRENT

SPRING_FORWARD = date(2027, 3, 14)
FALL_BACK = date(2026, 11, 1)
SECOND = timedelta(seconds=1)


class TestStartTimes:
    @pytest.mark.parametrize("hour", [12, 15, 18, 21])
    def test_a_party_starts_at_one_of_four_times(self, hour: int) -> None:
        assert slot_at(PARTY_DATE, time(hour), CURRENT).time == time(hour)

    @pytest.mark.parametrize("start", [time(0), time(11), time(12, 1), time(18, 30), time(23, 59)])
    def test_another_start_time_is_refused_with_the_allowed_times(self, start: time) -> None:
        with pytest.raises(InvalidTime, match="12:00, 15:00, 18:00, 21:00"):
            slot_at(PARTY_DATE, start, CURRENT)


class TestInstants:
    @pytest.mark.parametrize(
        ("day", "hour", "instant"),
        [
            (PARTY_DATE, 18, datetime(2026, 12, 25, 2, tzinfo=UTC)),
            (date(2027, 7, 1), 18, datetime(2027, 7, 2, 1, tzinfo=UTC)),
            (SPRING_FORWARD - timedelta(days=1), 21, datetime(2027, 3, 14, 5, tzinfo=UTC)),
            (SPRING_FORWARD, 12, datetime(2027, 3, 14, 19, tzinfo=UTC)),
            (SPRING_FORWARD, 21, datetime(2027, 3, 15, 4, tzinfo=UTC)),
            (FALL_BACK - timedelta(days=1), 21, datetime(2026, 11, 1, 4, tzinfo=UTC)),
            (FALL_BACK, 12, datetime(2026, 11, 1, 20, tzinfo=UTC)),
            (FALL_BACK, 21, datetime(2026, 11, 2, 5, tzinfo=UTC)),
        ],
    )
    def test_a_slot_has_the_instant_of_its_local_time(
        self, day: date, hour: int, instant: datetime
    ) -> None:
        found = slot_at(day, time(hour), CURRENT)

        assert found.starts_at == instant
        assert found.starts_at.tzinfo is UTC
        assert found.timezone == "America/Los_Angeles"

    def test_a_skipped_local_time_is_refused_on_that_day_only(self) -> None:
        at_night = replace(CURRENT, start_times=(time(2, 30),))

        with pytest.raises(InvalidTime, match="skip"):
            slot_at(SPRING_FORWARD, time(2, 30), at_night)
        slot_at(SPRING_FORWARD + timedelta(days=1), time(2, 30), at_night)

    @pytest.mark.parametrize(
        "text",
        ["", "18", "1800", "18:00:00", "T18:00", "18:00Z", "6pm", "24:00", "18:60", "8:00",
         "18:00\n", "\u0661\u0668:00", "18:00+01:00", "aiko@example.com"],
    )  # fmt: skip
    def test_a_start_time_is_written_as_hours_and_minutes(self, text: str) -> None:
        with pytest.raises(InvalidTime, match=r"^A start time is hours and minutes"):
            start_time(text)

    @pytest.mark.parametrize("start", [time(1, 59), time(3, 0)])
    def test_times_next_to_a_skipped_hour_are_start_times(self, start: time) -> None:
        at_night = replace(CURRENT, start_times=(time(1, 59), time(3, 0)))

        found = slot_at(SPRING_FORWARD, start, at_night)

        assert found.starts_at.astimezone(CURRENT.zone).time() == start

    def test_a_repeated_local_time_means_its_first_occurrence(self) -> None:
        at_night = replace(CURRENT, start_times=(time(1, 30),))

        found = slot_at(FALL_BACK, time(1, 30), at_night)

        assert found.starts_at == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # still UTC-7

    def test_a_slot_at_the_end_of_the_calendar_is_too_far_ahead(self) -> None:
        with pytest.raises(TooFarAhead):
            slot_at(date.max, time(18), CURRENT)

    def test_the_first_day_of_the_calendar_is_a_slot_in_the_past(self) -> None:
        with pytest.raises(LeadTimeTooShort):
            check_bookable(slot_at(date.min, time(12), CURRENT), NOW, CURRENT)


class TestLeadTimeAndHorizon:
    @pytest.mark.parametrize(
        ("notice", "reason"),
        [
            (timedelta(hours=48), None),
            (timedelta(hours=48) - SECOND, UnavailabilityReason.LEAD_TIME),
            (timedelta(0), UnavailabilityReason.LEAD_TIME),
            (timedelta(days=-1), UnavailabilityReason.LEAD_TIME),
            (timedelta(days=365), None),
            (timedelta(days=365) + SECOND, UnavailabilityReason.TOO_FAR_AHEAD),
        ],
    )
    def test_lead_time_and_horizon_are_exact_to_the_second(
        self, notice: timedelta, reason: UnavailabilityReason | None
    ) -> None:
        assert outside_window(slot(), slot().starts_at - notice, CURRENT) is reason

    @pytest.mark.parametrize(
        ("days", "refusal", "limit"),
        [
            (-1, LeadTimeTooShort, "48 hours"),
            (1, LeadTimeTooShort, "48 hours"),
            (366, TooFarAhead, "365 days"),
        ],
    )
    def test_a_refused_slot_names_the_limit(
        self, days: int, refusal: type[DomainError], limit: str
    ) -> None:
        with pytest.raises(refusal, match=limit):
            check_bookable(slot(), before(slot(), days=days), CURRENT)

    def test_a_slot_between_lead_time_and_horizon_is_bookable(self) -> None:
        check_bookable(slot(), NOW, CURRENT)

    @pytest.mark.parametrize(
        ("day", "last_local_call"),
        [
            # Two days of wall clock are 47 hours here, so the last call is an hour earlier.
            (SPRING_FORWARD + timedelta(days=1), datetime(2027, 3, 13, 11, tzinfo=CURRENT.zone)),
            # Two days of wall clock are 49 hours here, so the last call is an hour later.
            (FALL_BACK + timedelta(days=1), datetime(2026, 10, 31, 13, tzinfo=CURRENT.zone)),
        ],
    )
    def test_the_lead_time_is_measured_between_instants_when_the_clocks_change(
        self, day: date, last_local_call: datetime
    ) -> None:
        noon = slot(day, time(12))

        assert outside_window(noon, last_local_call.astimezone(UTC), CURRENT) is None
        assert outside_window(noon, last_local_call.astimezone(UTC) + SECOND, CURRENT)


class TestOccupancy:
    @pytest.mark.parametrize(
        ("capacity", "booked", "remaining"), [(1, 0, 1), (1, 1, 0), (3, 1, 2), (0, 0, 0), (1, 2, 0)]
    )
    def test_the_remaining_places_of_a_slot_are_never_negative(
        self, capacity: int, booked: int, remaining: int
    ) -> None:
        assert Occupancy(capacity, booked).remaining == remaining

    @pytest.mark.parametrize(
        ("capacity", "booked", "reason"),
        [
            (1, 0, None),
            (2, 1, None),
            (1, 1, UnavailabilityReason.FULL),
            (1, 2, UnavailabilityReason.FULL),
            (0, 0, UnavailabilityReason.CLOSED),
            (0, 1, UnavailabilityReason.CLOSED),
        ],
    )
    def test_a_slot_takes_bookings_up_to_its_capacity(
        self, capacity: int, booked: int, reason: UnavailabilityReason | None
    ) -> None:
        assert unavailability_reason(slot(), Occupancy(capacity, booked), NOW, CURRENT) is reason

    @pytest.mark.parametrize(("days", "reason"), [(1, "lead_time"), (366, "too_far_ahead")])
    @pytest.mark.parametrize("occupancy", [Occupancy(1, 0), Occupancy(1, 1), Occupancy(0, 0)])
    def test_the_booking_window_is_reported_before_occupancy(
        self, days: int, reason: str, occupancy: Occupancy
    ) -> None:
        assert (
            unavailability_reason(slot(), occupancy, before(slot(), days=days), CURRENT) == reason
        )


class TestDays:
    def test_slots_between_includes_both_days_in_order_of_start(self) -> None:
        found = slots_between(date(2026, 12, 31), date(2027, 1, 1), CURRENT)

        assert [(each.date.day, each.time.hour) for each in found] == [
            (31, 12), (31, 15), (31, 18), (31, 21),
            (1, 12), (1, 15), (1, 18), (1, 21),
        ]  # fmt: skip

    def test_one_day_has_four_slots(self) -> None:
        assert len(slots_between(PARTY_DATE, PARTY_DATE, CURRENT)) == 4

    def test_slots_between_is_empty_if_the_days_are_reversed(self) -> None:
        assert slots_between(PARTY_DATE, PARTY_DATE - timedelta(days=1), CURRENT) == []

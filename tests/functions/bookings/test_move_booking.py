"""Moving a booking to another date or time."""

from datetime import time, timedelta

import pytest
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER
from tests.caches import NOT_CACHED
from tests.conftest import Clock
from tests.functions.bookings.booking_changes import (
    LATER_TIME,
    MORE_GUESTS,
    SECOND,
    STARTS_AT,
    change,
)
from tests.functions.given import Snapshot, confirmed_booking, stored_booking
from tests.functions.handlers import Handlers

from teppan.store.table import Table


def free_times(call: Handlers, day: str = "2026-12-24") -> list[str]:
    query: dict[str, str | list[str]] = {"from": day, "to": day}
    answer = call("searchAvailability", query=query, by=None, headers=NOT_CACHED)
    return [slot["time"] for slot in answer.body["slots"] if slot["available"]]


class TestMoving:
    """A move releases the old slot and claims the new one in one transaction."""

    def test_a_move_releases_the_old_slot_and_claims_the_new(
        self, call: Handlers, table: Table
    ) -> None:
        booking = stored_booking(table)

        answer = change(call, booking, LATER_TIME)

        assert answer.body["time"] == "21:00"
        assert answer.body["starts_at"] == "2026-12-25T05:00:00Z"
        assert answer.body["balance_due_at"] == "2026-12-18T05:00:00Z"
        assert free_times(call) == ["12:00", "15:00", "18:00"]

    def test_a_move_to_another_month_releases_the_old_slot(
        self, call: Handlers, table: Table
    ) -> None:
        booking = stored_booking(table)

        answer = change(call, booking, {"date": "2027-01-31"})

        assert (answer.body["date"], answer.body["time"]) == ("2027-01-31", "18:00")
        assert "18:00" in free_times(call)
        assert "18:00" not in free_times(call, "2027-01-31")

    def test_a_move_there_and_back_holds_one_slot(self, call: Handlers, table: Table) -> None:
        booking = stored_booking(table)
        change(call, booking, LATER_TIME)

        assert change(call, booking, {"time": "18:00"}).status == 200
        assert free_times(call) == ["12:00", "15:00", "21:00"]

    def test_a_move_to_a_taken_slot_changes_nothing(
        self, call: Handlers, table: Table, snapshot: Snapshot
    ) -> None:
        booking = stored_booking(table)
        stored_booking(table, by=OTHER_CUSTOMER, time=time(21))
        before = snapshot()

        refused = change(call, booking, LATER_TIME | MORE_GUESTS)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == ["12:00", "15:00"]
        assert snapshot() == before

    @pytest.mark.parametrize(
        ("ahead", "problem"),
        [
            pytest.param(timedelta(hours=72), (200, None), id="exactly 72 hours"),
            pytest.param(timedelta(hours=72) - SECOND, (400, "too_close_to_event"), id="less"),
            pytest.param(-SECOND, (400, "too_close_to_event"), id="after the start"),
        ],
    )
    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_a_move_needs_72_hours_before_the_present_start(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        by: str,
        ahead: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = stored_booking(table)
        now.set(STARTS_AT - ahead)

        assert change(call, booking, {"date": "2027-01-10"}, by).problem == problem

    @pytest.mark.parametrize(
        ("to", "ahead", "problem"),
        [
            ({"time": "13:00"}, timedelta(days=30), (400, "invalid_time")),
            ({"date": "2026-12-24", "time": "18:00"}, timedelta(days=30), (200, None)),
            ({"date": "2026-12-14"}, timedelta(days=12), (200, None)),
            ({"date": "2026-12-14"}, timedelta(days=12) + SECOND, (200, None)),
            ({"date": "2026-12-14"}, timedelta(days=12) - SECOND, (400, "lead_time_too_short")),
            ({"date": "2026-11-01"}, timedelta(days=30), (400, "lead_time_too_short")),
            ({"date": "2027-11-24"}, timedelta(days=30), (200, None)),
            ({"date": "2027-11-24"}, timedelta(days=30) + SECOND, (400, "too_far_ahead")),
            ({"date": "9999-12-31"}, timedelta(days=30), (400, "too_far_ahead")),
        ],
    )
    def test_the_new_slot_of_a_move_must_be_bookable(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        to: dict[str, str],
        ahead: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = stored_booking(table)
        now.set(STARTS_AT - ahead)

        assert change(call, booking, to).problem == problem

    def test_a_move_to_less_than_7_days_ahead_makes_the_total_due(
        self, call: Handlers, table: Table
    ) -> None:
        answer = change(call, stored_booking(table), {"date": "2026-11-28"})

        assert answer.body["price"]["deposit_due"] == 71_445
        assert answer.body["price"]["balance_due"] == 0

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_a_move_five_days_before_the_start_keeps_the_refund_at_0(
        self, call: Handlers, table: Table, now: Clock, by: str
    ) -> None:
        booking = confirmed_booking(table)
        now.set(STARTS_AT - timedelta(days=5))

        moved = change(call, booking, {"date": "2027-11-20"}, by).body

        assert (moved["refund_percentage"], moved["refund_limit"]) == (0, 0)
        again = change(call, booking, {"date": "2027-11-21"}, by).body
        assert (again["refund_percentage"], again["refund_limit"]) == (0, 0)
        assert call("getBooking", booking_id=booking.id).body["refund_limit"] == 0
        assert call("cancelBooking", booking_id=booking.id).body["refund_amount"] == 0

    def test_a_change_returns_the_refund_percentage_while_cancelling_is_possible(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = confirmed_booking(table)

        answers = []
        for notice in (timedelta(days=20), timedelta(days=14), timedelta(hours=48)):
            now.set(STARTS_AT - notice)
            answers.append(change(call, booking, {"special_requests": f"{notice}"}).body)
        now.set(STARTS_AT - timedelta(hours=47))
        too_late = change(call, booking, {"special_requests": "Vegan"}).body

        assert [each["refund_percentage"] for each in answers] == [97, 50, 0]
        assert "refund_percentage" not in too_late
        assert not any("refund_limit" in each for each in answers)

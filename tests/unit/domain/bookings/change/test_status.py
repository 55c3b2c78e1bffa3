"""Statuses set by staff and by the job that completes bookings (`domain.md §5`)."""

from datetime import timedelta

import pytest
from tests.builders import admin, caller, confirmed, in_status, system
from tests.unit.domain.bookings.change.changing import LIVE, SECOND, change, unchanged_by_money

from teppan.domain.bookings.booking import Step
from teppan.domain.bookings.change import Changes, complete
from teppan.domain.bookings.errors import InvalidTransition
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import Forbidden

TRANSITIONS = [
    (Status.CONFIRMED, Status.COMPLETED),
    (Status.CONFIRMED, Status.NO_SHOW),
]


class TestStatusByHand:
    @pytest.mark.parametrize(("start", "end"), TRANSITIONS)
    @pytest.mark.parametrize("later", [timedelta(0), SECOND, timedelta(days=9)])
    def test_staff_set_the_final_status_from_the_start_on(
        self, start: Status, end: Status, later: timedelta
    ) -> None:
        old = in_status(start)

        new = change(old, Changes(status=end), admin(old.slot.starts_at + later))

        assert (new.status, new.version) == (end, 2)
        assert not new.is_live

    @pytest.mark.parametrize("end", [Status.COMPLETED, Status.NO_SHOW])
    def test_staff_can_not_set_the_final_status_before_the_start(self, end: Status) -> None:
        old = confirmed()

        with pytest.raises(InvalidTransition, match="after its start"):
            change(old, Changes(status=end), admin(old.slot.starts_at - SECOND))

    @pytest.mark.parametrize(
        ("start", "end"),
        [(a, b) for a in LIVE for b in Status if a is not b and (a, b) not in TRANSITIONS],
    )
    def test_staff_can_set_no_other_status(self, start: Status, end: Status) -> None:
        old = in_status(start)

        with pytest.raises(InvalidTransition):
            change(old, Changes(status=end), admin(old.slot.starts_at + SECOND))

    @pytest.mark.parametrize("status", LIVE)
    def test_the_present_status_is_no_change(self, status: Status) -> None:
        old = unchanged_by_money(status)

        assert change(old, Changes(status=status), admin()) is old

    @pytest.mark.parametrize("status", Status)
    @pytest.mark.parametrize(
        "staff_only", [Changes(status=Status.COMPLETED), Changes(travel_miles=0)]
    )
    def test_a_customer_can_not_set_status_or_distance(
        self, status: Status, staff_only: Changes
    ) -> None:
        with pytest.raises(Forbidden):
            change(in_status(status), staff_only, caller())


class TestComplete:
    def test_a_confirmed_booking_is_completed_six_hours_after_the_start(self) -> None:
        old = confirmed()
        late = system(old.slot.starts_at + timedelta(hours=6))

        step = complete(old, late)

        assert (step.after.status, step.after.version) == (Status.COMPLETED, 2)
        assert step.after.updated_at == late.at
        assert step.entries == ()

    def test_a_confirmed_booking_is_not_completed_before_its_time(self) -> None:
        old = confirmed()

        step = complete(old, system(old.completes_at - SECOND))

        assert step == Step(old)
        assert step.after is old

    @pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED}))
    def test_only_a_confirmed_booking_is_completed(self, status: Status) -> None:
        old = in_status(status)

        assert complete(old, system(old.completes_at)).after is old

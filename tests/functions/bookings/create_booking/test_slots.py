"""A slot never holds more bookings than its capacity."""

from datetime import time, timedelta

import pytest
from tests.builders import ADMIN, NOW, OTHER_CUSTOMER, PARTY_DATE
from tests.conftest import Clock
from tests.functions.bookings.booking_changes import STARTS_AT
from tests.functions.bookings.create_booking.requests import book
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Handlers

from teppan.domain.caller import Caller, Role
from teppan.domain.policy import CURRENT
from teppan.services.bookings.availability import set_slot_capacity
from teppan.store.table import Table


def set_capacity(table: Table, capacity: int, start: time = time(18)) -> None:
    admin = Caller(ADMIN, Role.ADMIN, "setup", NOW)
    set_slot_capacity(table, PARTY_DATE, start, capacity, admin)


class TestSlots:
    def test_a_taken_slot_is_refused_with_the_times_left(self, call: Handlers) -> None:
        book(call, time="15:00")
        book(call)

        refused = book(call, by=OTHER_CUSTOMER)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == ["12:00", "21:00"]

    def test_a_full_day_offers_no_other_times(self, call: Handlers) -> None:
        for start in CURRENT.start_times:
            assert book(call, time=f"{start:%H:%M}", by=ADMIN).status == 201

        refused = book(call, by=OTHER_CUSTOMER)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == []

    def test_only_times_with_enough_lead_time_are_offered(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        stored_booking(table)
        now.set(STARTS_AT - timedelta(hours=48))

        assert book(call).body["available_times"] == ["21:00"]

    def test_a_refused_booking_leaves_no_trace(self, call: Handlers, snapshot: Snapshot) -> None:
        book(call)
        before = snapshot()

        book(call, by=OTHER_CUSTOMER)

        assert snapshot() == before

    @pytest.mark.parametrize("capacity", [2, 3])
    def test_a_slot_takes_as_many_bookings_as_its_capacity(
        self, call: Handlers, table: Table, capacity: int
    ) -> None:
        set_capacity(table, capacity)

        answers = [book(call).status for _ in range(capacity + 1)]

        assert answers == [*[201] * capacity, 409]

    def test_a_closed_slot_takes_no_booking(self, call: Handlers, table: Table) -> None:
        set_capacity(table, 0)

        refused = book(call)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == ["12:00", "15:00", "21:00"]

    def test_a_released_slot_can_be_booked_again(self, call: Handlers) -> None:
        first = book(call).body["booking_id"]
        call("cancelBooking", booking_id=first)

        assert book(call, by=OTHER_CUSTOMER).status == 201

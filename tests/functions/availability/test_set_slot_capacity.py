"""The capacity of a slot: staff set it, never below the bookings of the slot."""

from datetime import UTC, datetime, time, timedelta

import pytest
from tests.builders import ADMIN, CUSTOMER, booking_body
from tests.conftest import Clock
from tests.functions.example import Example, Given, Request
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.provocations import Scene, request

from teppan.store.table import Table


def example_request(given: Given) -> Request:
    date, time = given.free_slot
    return Request(path={"date": date, "time": time}, body={"capacity": 2})


def below_what_is_booked(scene: Scene, operation: str) -> Answer:
    booking = stored_booking(scene.table)
    return scene.ask(operation, booking, time="18:00", body={"capacity": 0})


OPERATION = Example(
    request=example_request,
    provocations={
        "lead_time_too_short": request(date="2026-11-22"),
        "slot_has_bookings": below_what_is_booked,
    },
    reads={"SlotCapacity": "date time capacity booked remaining"},
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def set_capacity(
    call: Handlers,
    capacity: int,
    by: str = ADMIN,
    date: str = "2026-12-24",
    start: str = "18:00",
) -> Answer:
    return call("setSlotCapacity", {"capacity": capacity}, by=by, date=date, time=start)


@pytest.mark.parametrize("capacity", [0, 1, 2, 20])
def test_a_capacity_may_be_0_to_20(call: Handlers, capacity: int) -> None:
    answer = set_capacity(call, capacity)

    assert answer.status == 200
    assert answer.body == {
        "date": "2026-12-24",
        "time": "18:00",
        "capacity": capacity,
        "booked": 0,
        "remaining": capacity,
    }


@pytest.mark.parametrize("capacity", [-1, 21])
def test_a_capacity_of_minus_1_or_21_is_refused(call: Handlers, capacity: int) -> None:
    refused = set_capacity(call, capacity)

    assert refused.problem == (422, "validation_failed")
    assert refused.faults == ["body /capacity"]


def test_a_slot_with_a_raised_capacity_takes_more_bookings(call: Handlers, table: Table) -> None:
    stored_booking(table)

    answer = set_capacity(call, 2)

    assert (answer.body["booked"], answer.body["remaining"]) == (1, 1)
    assert call("createBooking", booking_body()).status == 201
    assert call("createBooking", booking_body()).status == 409


def test_a_capacity_can_be_lowered_to_the_bookings_of_the_slot(
    call: Handlers, table: Table
) -> None:
    set_capacity(call, 3)
    stored_booking(table)

    assert set_capacity(call, 1).body["remaining"] == 0


@pytest.mark.parametrize(("held", "capacity"), [(1, 0), (2, 1), (2, 0)])
def test_a_capacity_cannot_be_lowered_below_the_bookings_of_the_slot(
    call: Handlers, table: Table, snapshot: Snapshot, held: int, capacity: int
) -> None:
    set_capacity(call, 2)
    for _ in range(held):
        stored_booking(table)
    before = snapshot()

    assert set_capacity(call, capacity).problem == (409, "slot_has_bookings")
    assert snapshot() == before


def test_a_released_slot_can_be_closed(call: Handlers, table: Table) -> None:
    booking = stored_booking(table)
    call("cancelBooking", booking_id=booking.id)

    assert set_capacity(call, 0).status == 200


def test_a_closed_slot_can_be_opened_again(call: Handlers) -> None:
    set_capacity(call, 0)
    assert call("createBooking", booking_body()).problem == (409, "slot_unavailable")

    set_capacity(call, 1)

    assert call("createBooking", booking_body()).status == 201


def test_setting_a_capacity_does_not_change_other_slots(call: Handlers) -> None:
    set_capacity(call, 0)

    query: dict[str, str | list[str]] = {"from": "2026-12-23", "to": "2026-12-25"}
    slots = call("searchAvailability", query=query, by=None).body["slots"]
    assert sum(slot["available"] for slot in slots) == len(slots) - 1


def test_only_staff_may_set_a_capacity(call: Handlers, snapshot: Snapshot) -> None:
    before = snapshot()

    assert set_capacity(call, 2, by=CUSTOMER).problem == (403, "forbidden")
    assert snapshot() == before


@pytest.mark.parametrize("start", ["13:00", "00:00", "23:59", "25:00"])
def test_a_capacity_of_a_time_that_is_no_slot_is_refused(call: Handlers, start: str) -> None:
    assert set_capacity(call, 2, start=start).problem == (400, "invalid_time")


@pytest.mark.parametrize(
    ("ahead", "problem"),
    [
        pytest.param(SECOND, (200, None), id="just before the start"),
        pytest.param(timedelta(0), (400, "lead_time_too_short"), id="at the start"),
        pytest.param(timedelta(days=1000), (200, None), id="years ahead"),
    ],
)
def test_the_capacity_of_a_past_slot_cannot_be_set(
    call: Handlers, now: Clock, ahead: timedelta, problem: tuple[int, str | None]
) -> None:
    now.set(STARTS_AT - ahead)

    assert set_capacity(call, 2).problem == problem


@pytest.mark.parametrize(
    "date",
    ["2026-02-30", "0001-01-01", "24-12-2026"],
)
def test_a_bad_date_of_a_slot_is_named_in_the_problem(call: Handlers, date: str) -> None:
    refused = set_capacity(call, 2, date=date)

    assert refused.problem == (422, "validation_failed")
    assert refused.faults == ["path /date"]


@pytest.mark.parametrize("start", ["18", "18:00:00", "6pm", "13:00"])
def test_every_text_that_is_no_start_time_is_the_same_problem(call: Handlers, start: str) -> None:
    assert set_capacity(call, 2, start=start).problem == (400, "invalid_time")


def test_the_slot_keeps_who_set_its_capacity(call: Handlers, snapshot: Snapshot) -> None:
    answer = set_capacity(call, 2)

    (slot,) = snapshot()
    assert ADMIN in slot
    assert answer.headers["X-Request-Id"] in slot
    assert "2026-11-23T18:00:00Z" in slot


def test_each_start_of_a_day_has_its_own_capacity(call: Handlers, table: Table) -> None:
    set_capacity(call, 2, start="21:00")
    for start in (time(18), time(21), time(21)):
        stored_booking(table, time=start)

    assert call("createBooking", booking_body(time="18:00")).status == 409
    assert call("createBooking", booking_body(time="21:00")).status == 409


def test_a_path_may_be_percent_encoded(call: Handlers) -> None:
    """API Gateway passes the path on unchanged, and some clients encode the colon."""
    answer = set_capacity(call, 2, start="18%3A00")

    assert answer.status == 200
    assert answer.body["time"] == "18:00"

"""The slots that can be booked, and the reason for the others."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.builders import ADMIN, booking_body
from tests.conftest import Clock
from tests.functions.example import Example, Given, Request
from tests.functions.given import stored_booking
from tests.functions.handlers import Answer, Handlers

from teppan.store.table import Table


def example_request(given: Given) -> Request:
    date, _ = given.free_slot
    return Request(query={"from": date, "to": date})


OPERATION = Example(
    request=example_request,
    reads={
        "Availability": "from to timezone slots",
        "SlotAvailability": "date time starts_at capacity remaining available reason",
    },
    optional={"SlotAvailability": "reason"},
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def search(call: Handlers, first: str, last: str | None = None) -> Answer:
    return call("searchAvailability", query={"from": first, "to": last or first}, by=None)


def test_a_day_has_four_slots(call: Handlers) -> None:
    answer = search(call, "2026-12-24")

    assert answer.status == 200
    assert answer.body["slots"][0] == {
        "date": "2026-12-24",
        "time": "12:00",
        "starts_at": "2026-12-24T20:00:00Z",
        "capacity": 1,
        "remaining": 1,
        "available": True,
    }
    assert [slot["time"] for slot in answer.body["slots"]] == ["12:00", "15:00", "18:00", "21:00"]
    assert {name: text for name, text in answer.body.items() if name != "slots"} == {
        "from": "2026-12-24",
        "to": "2026-12-24",
        "timezone": "America/Los_Angeles",
    }


@pytest.mark.parametrize(
    ("capacity", "bookings", "remaining", "reason"),
    [
        (None, 0, 1, None),
        (None, 1, 0, "full"),
        (3, 0, 3, None),
        (3, 2, 1, None),
        (3, 3, 0, "full"),
        (0, 0, 0, "closed"),
    ],
)
def test_a_slot_shows_how_many_bookings_it_still_takes(
    call: Handlers,
    table: Table,
    capacity: int | None,
    bookings: int,
    remaining: int,
    reason: str | None,
) -> None:
    if capacity is not None:
        slot = {"date": "2026-12-24", "time": "18:00"}
        call("setSlotCapacity", {"capacity": capacity}, by=ADMIN, **slot)
    for _ in range(bookings):
        stored_booking(table)

    shown = search(call, "2026-12-24").body["slots"][2]

    assert shown["capacity"] == (1 if capacity is None else capacity)
    assert shown["remaining"] == remaining
    assert (shown["available"], shown.get("reason")) == (reason is None, reason)


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [
        pytest.param(timedelta(hours=48), None, id="exactly 48 hours"),
        pytest.param(timedelta(hours=48) - SECOND, "lead_time", id="less"),
        pytest.param(-timedelta(days=400), "lead_time", id="long past"),
        pytest.param(timedelta(days=365), None, id="exactly 365 days"),
        pytest.param(timedelta(days=365) + SECOND, "too_far_ahead", id="more"),
    ],
)
def test_a_slot_outside_the_booking_window_shows_why(
    call: Handlers, now: Clock, ahead: timedelta, reason: str | None
) -> None:
    now.set(STARTS_AT - ahead)

    shown = search(call, "2026-12-24").body["slots"][2]

    assert (shown["available"], shown.get("reason")) == (reason is None, reason)


def test_exactly_the_available_slots_can_be_booked(
    call: Handlers, table: Table, now: Clock
) -> None:
    stored_booking(table, time=time(21), date=date(2026, 12, 26))
    now.set(datetime(2026, 12, 24, 18, tzinfo=UTC))

    for slot in search(call, "2026-12-25", "2026-12-27").body["slots"]:
        body = booking_body(date=slot["date"], time=slot["time"])
        booked = call("createBooking", body, by=ADMIN)
        assert (booked.status == 201) == slot["available"], slot


def test_a_search_may_cross_months(call: Handlers, table: Table) -> None:
    stored_booking(table, date=date(2026, 12, 31))
    stored_booking(table, date=date(2027, 1, 1))

    slots = search(call, "2026-12-30", "2027-01-02").body["slots"]

    assert [(slot["date"], slot["time"]) for slot in slots if not slot["available"]] == [
        ("2026-12-31", "18:00"),
        ("2027-01-01", "18:00"),
    ]
    assert [slot["starts_at"] for slot in slots] == sorted(slot["starts_at"] for slot in slots)


@pytest.mark.parametrize(
    ("day", "noon"),
    [
        ("2027-03-13", "2027-03-13T20:00:00Z"),
        ("2027-03-14", "2027-03-14T19:00:00Z"),
        ("2026-11-01", "2026-11-01T20:00:00Z"),
        ("2026-10-31", "2026-10-31T19:00:00Z"),
    ],
)
def test_slot_starts_follow_the_clocks_of_the_venue(call: Handlers, day: str, noon: str) -> None:
    slots = search(call, day).body["slots"]

    assert len(slots) == 4
    assert slots[0]["starts_at"] == noon


def test_a_released_slot_is_available_again(call: Handlers, table: Table) -> None:
    booking = stored_booking(table)
    call("cancelBooking", booking_id=booking.id)

    assert search(call, "2026-12-24").body["slots"][2]["available"]


def test_at_most_32_days_are_searched_at_once(call: Handlers) -> None:
    assert len(search(call, "2026-12-01", "2027-01-01").body["slots"]) == 32 * 4
    refused = search(call, "2026-12-01", "2027-01-02")

    assert refused.problem == (422, "validation_failed")
    assert refused.faults == ["query /to"]


def test_a_search_with_days_in_the_wrong_order_is_refused(call: Handlers) -> None:
    refused = search(call, "2026-12-02", "2026-12-01")

    assert refused.problem == (422, "validation_failed")
    assert refused.faults == ["query /to"]


@pytest.mark.parametrize("missing", ["from", "to"])
def test_a_search_needs_both_days(call: Handlers, missing: str) -> None:
    query: dict[str, str | list[str]] = {"from": "2026-12-24", "to": "2026-12-24"}
    del query[missing]

    refused = call("searchAvailability", query=query, by=None)

    assert refused.problem == (400, "missing_parameter")
    assert refused.faults == [f"query /{missing}"]


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31"])
def test_slots_at_the_ends_of_the_calendar_are_not_available(call: Handlers, day: str) -> None:
    answer = search(call, day)

    assert answer.status == 200
    assert not any(slot["available"] for slot in answer.body["slots"])


def test_a_search_does_not_show_who_holds_a_slot(call: Handlers, table: Table) -> None:
    booking = stored_booking(table)

    answer = search(call, "2026-12-24")

    assert booking.id not in str(answer.body)
    assert booking.customer_id not in str(answer.body)

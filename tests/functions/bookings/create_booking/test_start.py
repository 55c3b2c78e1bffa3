"""When a party can start, and what is due by when (`domain.md §2, §4`)."""

from datetime import timedelta

import pytest
from tests.conftest import Clock
from tests.functions.bookings.booking_changes import SECOND, STARTS_AT
from tests.functions.bookings.create_booking.requests import book
from tests.functions.handlers import Handlers


@pytest.mark.parametrize(
    ("ahead", "problem"),
    [
        pytest.param(timedelta(hours=48), (201, None), id="exactly 48 hours"),
        pytest.param(timedelta(hours=48) - SECOND, (400, "lead_time_too_short"), id="less"),
        pytest.param(timedelta(0), (400, "lead_time_too_short"), id="now"),
        pytest.param(-timedelta(days=1), (400, "lead_time_too_short"), id="yesterday"),
        pytest.param(timedelta(days=365), (201, None), id="exactly 365 days"),
        pytest.param(timedelta(days=365) + SECOND, (400, "too_far_ahead"), id="more"),
    ],
)
def test_a_party_can_be_booked_48_hours_to_365_days_ahead(
    call: Handlers, now: Clock, ahead: timedelta, problem: tuple[int, str | None]
) -> None:
    now.set(STARTS_AT - ahead)

    assert book(call).problem == problem


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("0001-01-01", "lead_time_too_short"),
        ("1970-01-01", "lead_time_too_short"),
        ("9999-12-31", "too_far_ahead"),
    ],
)
@pytest.mark.parametrize("start", ["12:00", "21:00"])
def test_the_first_and_last_dates_of_the_calendar_are_refused(
    call: Handlers, date: str, start: str, code: str
) -> None:
    assert book(call, date=date, time=start).problem == (400, code)


@pytest.mark.parametrize("start", ["12:00", "15:00", "18:00", "21:00"])
def test_a_party_starts_at_one_of_four_times(call: Handlers, start: str) -> None:
    assert book(call, time=start).body["time"] == start


@pytest.mark.parametrize("start", ["00:00", "11:59", "12:01", "13:00", "23:59"])
def test_a_time_that_is_no_start_time_is_refused(call: Handlers, start: str) -> None:
    assert book(call, time=start).problem == (400, "invalid_time")


@pytest.mark.parametrize(
    ("date", "start", "starts_at"),
    [
        pytest.param("2027-03-13", "21:00", "2027-03-14T05:00:00Z", id="evening before summer"),
        pytest.param("2027-03-14", "12:00", "2027-03-14T19:00:00Z", id="first summer day"),
        pytest.param("2027-11-06", "21:00", "2027-11-07T04:00:00Z", id="evening before winter"),
        pytest.param("2027-11-07", "12:00", "2027-11-07T20:00:00Z", id="first winter day"),
    ],
)
def test_a_start_is_local_to_the_venue_when_the_clocks_change(
    call: Handlers, date: str, start: str, starts_at: str
) -> None:
    answer = book(call, date=date, time=start)

    assert (answer.body["date"], answer.body["time"]) == (date, start)
    assert answer.body["starts_at"] == starts_at


@pytest.mark.parametrize(
    ("ahead", "deposit_due", "balance_due", "balance_due_at"),
    [
        pytest.param(timedelta(days=7), 10000, 61445, "2026-12-18T02:00:00Z", id="exactly 7 days"),
        pytest.param(
            timedelta(days=7) - SECOND, 71445, 0, "2026-12-19T02:00:01Z", id="less than 7 days"
        ),
    ],
)
def test_the_total_is_due_at_once_less_than_7_days_before_the_start(
    call: Handlers,
    now: Clock,
    ahead: timedelta,
    deposit_due: int,
    balance_due: int,
    balance_due_at: str,
) -> None:
    now.set(STARTS_AT - ahead)

    answer = book(call).body

    assert answer["price"]["deposit_due"] == deposit_due
    assert answer["price"]["balance_due"] == balance_due
    assert answer["balance_due_at"] == balance_due_at


def test_the_first_payment_is_due_within_a_day(call: Handlers, now: Clock) -> None:
    now.set(STARTS_AT - timedelta(hours=48))

    assert book(call).body["payment_due_at"] == "2026-12-24T02:00:00Z"

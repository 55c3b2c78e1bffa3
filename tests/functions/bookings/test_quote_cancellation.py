"""Quoting a cancellation: returns what cancelling would refund now, and changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import ADMIN
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, confirmed_booking, new_id, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.provocations import FIVE_MINUTES, in_status, with_time_left

from teppan.domain.bookings.transition import Status
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.booking.id}),
    provocations={
        "already_cancelled": in_status(Status.CANCELLED),
        "already_completed": in_status(Status.COMPLETED),
        "too_late_to_cancel": with_time_left(FIVE_MINUTES),
    },
    reads={
        "CancellationQuote": "booking_id refund_base refund_percentage refund_amount currency"
        " quoted_at valid_until",
    },
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_cancellation_quote_has_amount_percentage_and_validity(
    call: Handlers, table: Table, snapshot: Snapshot
) -> None:
    booking = confirmed_booking(table)
    before = snapshot()

    answer = call("quoteCancellation", booking_id=booking.id)

    assert answer.status == 200
    assert answer.body == {
        "booking_id": booking.id,
        "refund_base": 10_000,
        "refund_percentage": 97,
        "refund_amount": 9_700,
        "currency": "usd",
        "quoted_at": "2026-11-23T18:00:00Z",
        "valid_until": "2026-12-11T02:00:00Z",
    }
    assert snapshot() == before


@pytest.mark.parametrize(
    ("ahead", "percentage", "valid_until"),
    [
        pytest.param(timedelta(days=14) + SECOND, 97, "2026-12-11T02:00:00Z", id="above 14 d"),
        pytest.param(timedelta(days=14), 50, "2026-12-18T02:00:00Z", id="exactly 14 d"),
        pytest.param(timedelta(days=7), 50, "2026-12-18T02:00:00Z", id="exactly 7 d"),
        pytest.param(timedelta(days=7) - SECOND, 0, "2026-12-23T02:00:00Z", id="below 7 d"),
        pytest.param(timedelta(hours=48), 0, "2026-12-23T02:00:00Z", id="exactly 48 h"),
    ],
)
def test_a_cancellation_quote_is_what_cancelling_refunds_at_that_moment(
    call: Handlers, table: Table, now: Clock, ahead: timedelta, percentage: int, valid_until: str
) -> None:
    booking = confirmed_booking(table, captured=71_445)
    now.set(STARTS_AT - ahead)

    quote = call("quoteCancellation", booking_id=booking.id).body
    cancelled = call("cancelBooking", booking_id=booking.id).body

    assert quote["refund_percentage"] == cancelled["refund_percentage"] == percentage
    assert quote["refund_amount"] == cancelled["refund_amount"]
    assert quote["valid_until"] == valid_until


def test_a_move_does_not_raise_the_quoted_percentage(
    call: Handlers, table: Table, now: Clock
) -> None:
    """A move to a year ahead once raised the refund from 0 % to 97 %."""
    booking = confirmed_booking(table, captured=71_445)
    now.set(STARTS_AT - timedelta(days=10))
    moved = call("updateBooking", {"date": "2027-10-01"}, booking_id=booking.id)
    assert (moved.body["refund_percentage"], moved.body["refund_limit"]) == (50, 50)

    quote = call("quoteCancellation", booking_id=booking.id).body
    cancelled = call("cancelBooking", booking_id=booking.id).body

    assert (quote["refund_percentage"], quote["refund_amount"]) == (50, 35_723)
    assert quote["valid_until"] == "2027-09-25T01:00:00Z"  # 7 days before, not 14
    assert (cancelled["refund_percentage"], cancelled["refund_amount"]) == (50, 35_723)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (Status.CANCELLED, (409, "already_cancelled")),
        (Status.COMPLETED, (409, "already_completed")),
        (Status.NO_SHOW, (409, "already_completed")),
    ],
)
def test_a_booking_that_has_ended_has_no_cancellation_quote(
    call: Handlers, table: Table, status: Status, problem: tuple[int, str]
) -> None:
    booking = stored_booking(table, status=status)

    assert call("quoteCancellation", booking_id=booking.id).problem == problem


def test_a_cancellation_quote_is_refused_less_than_48_hours_before_the_start(
    call: Handlers, table: Table, now: Clock
) -> None:
    booking = confirmed_booking(table)
    now.set(STARTS_AT - timedelta(hours=48) + SECOND)

    refused = call("quoteCancellation", booking_id=booking.id)

    assert refused.problem == (400, "too_late_to_cancel")


def test_staff_can_quote_the_cancellation_of_any_booking(call: Handlers, table: Table) -> None:
    assert call("quoteCancellation", booking_id=stored_booking(table).id, by=ADMIN).status == 200


def test_the_cancellation_quote_of_an_unknown_booking_is_a_404(call: Handlers) -> None:
    refused = call("quoteCancellation", booking_id=new_id())

    assert refused.problem == (404, "booking_not_found")

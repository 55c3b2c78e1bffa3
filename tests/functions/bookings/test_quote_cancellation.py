"""What a cancellation would refund now: the same as cancelling, and nothing happens."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import ADMIN
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, confirmed, new_id, stored
from tests.functions.handlers import Handlers

from teppan.domain.bookings.transition import Status
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.booking.id}),
    reads={
        "CancellationQuote": "booking_id refund_base refund_percentage refund_amount currency"
        " quoted_at valid_until",
    },
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_quote_says_what_until_when(call: Handlers, table: Table, snapshot: Snapshot) -> None:
    booking = confirmed(table)
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
def test_the_terms_are_those_of_cancelling_at_the_same_instant(
    call: Handlers, table: Table, now: Clock, ahead: timedelta, percentage: int, valid_until: str
) -> None:
    booking = confirmed(table, captured=71_445)
    now.set(STARTS_AT - ahead)

    quote = call("quoteCancellation", booking_id=booking.id).body
    cancelled = call("cancelBooking", booking_id=booking.id).body

    assert quote["refund_percentage"] == cancelled["refund_percentage"] == percentage
    assert quote["refund_amount"] == cancelled["refund_amount"]
    assert quote["valid_until"] == valid_until


def test_after_a_move_the_quote_is_no_better_than_before_it(
    call: Handlers, table: Table, now: Clock
) -> None:
    """Five days before, a move to a year ahead turned 0 % into 97 %."""
    booking = confirmed(table, captured=71_445)
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
def test_what_is_over_has_no_terms(
    call: Handlers, table: Table, status: Status, problem: tuple[int, str]
) -> None:
    booking = stored(table, status=status)

    assert call("quoteCancellation", booking_id=booking.id).problem == problem


def test_too_late_is_too_late(call: Handlers, table: Table, now: Clock) -> None:
    booking = confirmed(table)
    now.set(STARTS_AT - timedelta(hours=48) + SECOND)

    refused = call("quoteCancellation", booking_id=booking.id)

    assert refused.problem == (400, "too_late_to_cancel")


def test_staff_get_a_quote_for_anybody(call: Handlers, table: Table) -> None:
    assert call("quoteCancellation", booking_id=stored(table).id, by=ADMIN).status == 200


def test_what_does_not_exist_has_no_quote(call: Handlers) -> None:
    refused = call("quoteCancellation", booking_id=new_id())

    assert refused.problem == (404, "booking_not_found")

"""Cancelling: the refund by the time left, the override by staff, and the release of the slot."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER, booking_body
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, confirmed_booking, new_id, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.provocations import FIVE_MINUTES, body, in_status, with_time_left

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.booking.id}, body={"reason": "Rain"}),
    provocations={
        "already_cancelled": in_status(Status.CANCELLED),
        "already_completed": in_status(Status.COMPLETED),
        "forbidden": body(refund_percentage=100, reason="Please"),
        "too_late_to_cancel": with_time_left(FIVE_MINUTES),
    },
    reads={
        "Cancellation": "booking_id version status cancelled_at refund_amount refund_percentage"
        " refund_status estimated_refund_date currency",
    },
    optional={"Cancellation": "reason estimated_refund_date"},
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

TIERS = [
    pytest.param(timedelta(days=14) + SECOND, 97, 9_700, id="more than 14 days"),
    pytest.param(timedelta(days=14), 50, 5_000, id="exactly 14 days"),
    pytest.param(timedelta(days=7), 50, 5_000, id="exactly 7 days"),
    pytest.param(timedelta(days=7) - SECOND, 0, 0, id="less than 7 days"),
    pytest.param(timedelta(hours=48), 0, 0, id="exactly 48 hours"),
]


def cancel(
    call: Handlers,
    booking: Booking,
    body: dict[str, Any] | str | None = None,
    by: str = CUSTOMER,
    if_match: str | None = None,
) -> Answer:
    return call("cancelBooking", body, booking_id=booking.id, by=by, headers={"If-Match": if_match})


def test_cancelling_an_unpaid_booking_owes_no_refund(call: Handlers, table: Table) -> None:
    booking = stored_booking(table)

    answer = cancel(call, booking)

    assert answer.status == 200
    assert answer.headers["ETag"] == '"2"'
    assert answer.body == {
        "booking_id": booking.id,
        "version": 2,
        "status": "cancelled",
        "cancelled_at": "2026-11-23T18:00:00Z",
        "cancelled_by": "customer",
        "refund_amount": 0,
        "refund_percentage": 100,
        "refund_status": "none",
        "currency": "usd",
    }


def test_cancelling_a_paid_booking_owes_a_refund(call: Handlers, table: Table) -> None:
    answer = cancel(call, confirmed_booking(table), {"reason": "Rain"}).body

    assert (answer["refund_percentage"], answer["refund_amount"]) == (97, 9_700)
    assert (answer["refund_status"], answer["reason"]) == ("pending", "Rain")
    assert answer["estimated_refund_date"] > "2026-11-23"


@pytest.mark.parametrize(("ahead", "percentage", "amount"), TIERS)
@pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
def test_the_refund_percentage_follows_from_the_time_left(
    call: Handlers,
    table: Table,
    now: Clock,
    by: str,
    ahead: timedelta,
    percentage: int,
    amount: int,
) -> None:
    booking = confirmed_booking(table)
    now.set(STARTS_AT - ahead)

    answer = cancel(call, booking, by=by).body

    assert (answer["refund_percentage"], answer["refund_amount"]) == (percentage, amount)
    assert answer["refund_status"] == ("pending" if amount else "none")
    assert ("estimated_refund_date" in answer) == bool(amount)


@pytest.mark.parametrize("ahead", [timedelta(hours=48) - SECOND, timedelta(0), -SECOND])
@pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
def test_cancelling_less_than_48_hours_before_the_start_is_refused(
    call: Handlers, table: Table, now: Clock, snapshot: Snapshot, by: str, ahead: timedelta
) -> None:
    booking = confirmed_booking(table)
    before = snapshot()
    now.set(STARTS_AT - ahead)

    assert cancel(call, booking, by=by).problem == (400, "too_late_to_cancel")
    assert snapshot() == before


@pytest.mark.parametrize(
    ("ahead", "amount"), [(timedelta(days=20), 69_302), (timedelta(days=10), 35_723)]
)
def test_a_refund_is_rounded_half_up_to_the_cent(
    call: Handlers, table: Table, now: Clock, ahead: timedelta, amount: int
) -> None:
    booking = confirmed_booking(table, captured=71_445)
    now.set(STARTS_AT - ahead)

    assert cancel(call, booking).body["refund_amount"] == amount


def test_the_refund_owed_is_in_the_ledger_with_the_cancellation(
    call: Handlers, table: Table, snapshot: Snapshot
) -> None:
    cancel(call, confirmed_booking(table))

    owed = [item for item in snapshot() if "LEDGER#" in item]
    assert len(owed) == 1
    assert "refund_owed" in owed[0]
    assert '"9700"' in owed[0]


def test_a_cancellation_that_owes_nothing_writes_no_ledger_entry(
    call: Handlers, table: Table, snapshot: Snapshot
) -> None:
    cancel(call, stored_booking(table))

    assert not [item for item in snapshot() if "LEDGER#" in item]


def test_cancelling_releases_the_slot(call: Handlers, table: Table) -> None:
    cancel(call, stored_booking(table))

    assert call("createBooking", booking_body(), by=OTHER_CUSTOMER).status == 201


@pytest.mark.parametrize("body", [None, "", {}, {"reason": "x" * 500}])
def test_a_cancellation_needs_no_reason(
    call: Handlers, table: Table, body: dict[str, Any] | str | None
) -> None:
    assert cancel(call, stored_booking(table), body).status == 200


class TestNeverConfirmed:
    """A booking that was never confirmed refunds everything captured, as an expired one does."""

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    @pytest.mark.parametrize("days", [30, 10, 5, 2])
    def test_a_partly_paid_booking_refunds_everything_as_if_it_had_expired(
        self, call: Handlers, table: Table, now: Clock, by: str, days: int
    ) -> None:
        booking = stored_booking(table, captured=4_000)
        now.set(STARTS_AT - timedelta(days=days))

        quote = call("quoteCancellation", booking_id=booking.id, by=by).body
        answer = cancel(call, booking, by=by).body

        assert (quote["refund_percentage"], quote["refund_amount"]) == (100, 4_000)
        assert quote["valid_until"] == "2026-12-23T02:00:00Z"
        assert (answer["refund_percentage"], answer["refund_amount"]) == (100, 4_000)
        shown = call("getBooking", booking_id=booking.id).body
        assert shown["cancellation"]["refund_percentage"] == 100
        assert shown["payment_status"] == "refund_pending"

    def test_a_partly_paid_booking_has_the_same_deadline_for_cancelling(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = stored_booking(table, captured=4_000)
        now.set(STARTS_AT - timedelta(hours=48) + SECOND)

        assert cancel(call, booking).problem == (400, "too_late_to_cancel")

    @pytest.mark.parametrize("percentage", [0, 97, 99])
    def test_staff_cannot_keep_a_part_of_a_partial_payment(
        self, call: Handlers, table: Table, snapshot: Snapshot, percentage: int
    ) -> None:
        booking = stored_booking(table, captured=4_000)
        before = snapshot()

        override = {"reason": "Rain", "refund_percentage": percentage}
        refused = cancel(call, booking, override, ADMIN)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["body /refund_percentage"]
        assert "leave refund_percentage out, or send 100" in refused.body["errors"][0]["detail"]
        assert snapshot() == before

    def test_staff_can_refund_a_partial_payment_at_any_time(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = stored_booking(table, captured=4_000)
        now.set(STARTS_AT - timedelta(hours=1))

        answer = cancel(call, booking, {"reason": "Rain", "refund_percentage": 100}, ADMIN)

        assert answer.body["refund_amount"] == 4_000


class TestOverride:
    """Staff may refund another percentage, at any time, with a reason."""

    @pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(hours=1), -timedelta(days=2)])
    @pytest.mark.parametrize(("percentage", "amount"), [(0, 0), (33, 3_300), (100, 10_000)])
    def test_an_admin_overrides_deadline_and_percentage(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        ahead: timedelta,
        percentage: int,
        amount: int,
    ) -> None:
        booking = confirmed_booking(table)
        now.set(STARTS_AT - ahead)

        answer = cancel(
            call, booking, {"refund_percentage": percentage, "reason": "Chef ill"}, ADMIN
        ).body

        assert (answer["refund_percentage"], answer["refund_amount"]) == (percentage, amount)
        assert answer["cancelled_by"] == "admin"

    def test_the_reason_of_an_override_is_in_the_audit_trail(
        self, call: Handlers, table: Table
    ) -> None:
        booking = confirmed_booking(table)
        body = {"refund_percentage": 100, "reason": "Chef ill"}

        answer = cancel(call, booking, body, ADMIN)

        event = call("listBookingEvents", booking_id=booking.id, by=ADMIN).body["items"][-1]
        assert event == {
            "version": 2,
            "type": "cancelled",
            "at": "2026-11-23T18:00:00Z",
            "actor": {"id": ADMIN, "role": "admin"},
            "request_id": answer.headers["X-Request-Id"],
            "gateway_request_id": answer.headers["X-Request-Id"],  # the caller sent none
            "changes": [
                {"field": "status", "from": "confirmed", "to": "cancelled"},
                {"field": "payment_status", "from": "deposit_paid", "to": "refund_pending"},
                {"field": "refund_owed", "from": 0, "to": 10_000},
            ],
            "entries": [{"kind": "refund_owed", "amount": 10_000}],
            "reason": "Chef ill",
        }

    def test_an_override_without_a_reason_is_refused(self, call: Handlers, table: Table) -> None:
        refused = cancel(call, stored_booking(table), {"refund_percentage": 100}, ADMIN)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["body /reason"]

    @pytest.mark.parametrize("reason", ["", "   ", "\n"])
    def test_an_override_with_an_empty_reason_is_refused(
        self, call: Handlers, table: Table, reason: str
    ) -> None:
        refused = cancel(
            call, stored_booking(table), {"refund_percentage": 100, "reason": reason}, ADMIN
        )

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["body /reason"]

    def test_a_customer_may_not_override_the_percentage(
        self, call: Handlers, table: Table, snapshot: Snapshot
    ) -> None:
        booking = confirmed_booking(table)
        before = snapshot()

        refused = cancel(call, booking, {"refund_percentage": 97, "reason": "Please"})

        assert refused.problem == (403, "forbidden")
        assert snapshot() == before

    @pytest.mark.parametrize("percentage", [-1, 101])
    def test_a_percentage_outside_0_to_100_is_refused(
        self, call: Handlers, table: Table, percentage: int
    ) -> None:
        body = {"refund_percentage": percentage, "reason": "Chef ill"}

        refused = cancel(call, stored_booking(table), body, ADMIN)

        assert refused.faults == ["body /refund_percentage"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.CANCELLED, "already_cancelled"),
        (Status.COMPLETED, "already_completed"),
        (Status.NO_SHOW, "already_completed"),
    ],
)
@pytest.mark.parametrize(
    ("by", "body"), [(CUSTOMER, None), (ADMIN, {"refund_percentage": 100, "reason": "Chef ill"})]
)
def test_a_booking_that_has_ended_cannot_be_cancelled(
    call: Handlers,
    table: Table,
    snapshot: Snapshot,
    status: Status,
    code: str,
    by: str,
    body: dict[str, Any] | None,
) -> None:
    booking = stored_booking(table, status=status)
    before = snapshot()

    assert cancel(call, booking, body, by).problem == (409, code)
    assert snapshot() == before


def test_cancelling_a_cancelled_booking_is_refused(call: Handlers, table: Table) -> None:
    booking = stored_booking(table)
    cancel(call, booking)

    assert cancel(call, booking).problem == (409, "already_cancelled")


@pytest.mark.parametrize(
    ("if_match", "status"), [('"1"', 200), ("*", 200), ('"2", "1"', 200), ('"2"', 412), ("1", 422)]
)
def test_a_cancellation_obeys_if_match(
    call: Handlers, table: Table, if_match: str, status: int
) -> None:
    assert cancel(call, stored_booking(table), if_match=if_match).status == status


def test_cancelling_an_unknown_booking_is_a_404(call: Handlers) -> None:
    assert call("cancelBooking", booking_id=new_id()).problem == (404, "booking_not_found")

"""Reading one booking."""

from datetime import timedelta

import pytest
from tests.builders import ADMIN, NOW, OTHER_CUSTOMER
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import confirmed_booking, new_id, stored_booking
from tests.functions.handlers import Handlers

from teppan.domain.bookings.transition import Status
from teppan.domain.policy import CURRENT
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.booking.id}),
    reads={
        "Booking": "booking_id version status payment_status customer_id date time timezone"
        " starts_at guests adults children toddlers menu venue contact special_requests"
        " travel_miles travel_confirmed price policy_version payment_due_at balance_due_at"
        " refund_percentage refund_limit cancellation created_at updated_at",
        "BookedMenu": "upgrades add_ons",
        "Upgrades": " ".join(CURRENT.upgrade_prices),
        "AddOns": " ".join(CURRENT.add_on_prices),
        "Venue": "address_line1 address_line2 city state postal_code",
        "Contact": "name email phone",
        "CancellationRecord": "cancelled_at refund_amount refund_percentage",
    },
    optional={
        "Booking": "cancellation travel_miles refund_percentage refund_limit",
        "CancellationRecord": "reason",
    },
)


def test_a_booking_is_returned_with_its_version_as_etag(call: Handlers, table: Table) -> None:
    booking = stored_booking(table)

    answer = call("getBooking", booking_id=booking.id)

    assert answer.status == 200
    assert answer.headers["ETag"] == '"1"'
    assert answer.body["booking_id"] == booking.id
    assert "travel_miles" not in answer.body
    assert "cancellation" not in answer.body


@pytest.mark.parametrize("by", [ADMIN, OTHER_CUSTOMER])
def test_only_its_customer_and_staff_can_read_a_booking(
    call: Handlers, table: Table, by: str
) -> None:
    booking = stored_booking(table)

    answer = call("getBooking", booking_id=booking.id, by=by)

    assert answer.problem == ((200, None) if by == ADMIN else (404, "booking_not_found"))


def test_an_unknown_booking_and_another_customers_get_the_same_answer(
    call: Handlers, table: Table
) -> None:
    anothers = call("getBooking", booking_id=stored_booking(table).id, by=OTHER_CUSTOMER)
    nobodys = call("getBooking", booking_id=new_id(), by=OTHER_CUSTOMER)

    own = ("instance", "request_id")
    assert anothers.problem == nobodys.problem
    assert {name: text for name, text in anothers.body.items() if name not in own} == {
        name: text for name, text in nobodys.body.items() if name not in own
    }


@pytest.mark.parametrize(
    ("captured", "payment_status", "deposit_due", "balance_due"),
    [
        (0, "awaiting_payment", 10_000, 61_445),
        (10_000, "deposit_paid", 0, 61_445),
        (71_445, "paid", 0, 0),
    ],
)
def test_the_amounts_due_follow_from_what_is_paid(
    call: Handlers,
    table: Table,
    captured: int,
    payment_status: str,
    deposit_due: int,
    balance_due: int,
) -> None:
    booking = confirmed_booking(table, captured=captured) if captured else stored_booking(table)

    answer = call("getBooking", booking_id=booking.id).body

    assert answer["payment_status"] == payment_status
    assert answer["price"]["amount_paid"] == captured
    assert answer["price"]["deposit_due"] == deposit_due
    assert answer["price"]["balance_due"] == balance_due


def test_a_cancelled_booking_shows_who_cancelled_it_when_and_why(
    call: Handlers, table: Table, now: Clock
) -> None:
    booking = confirmed_booking(table)
    now.set(NOW + timedelta(hours=1))
    call("cancelBooking", {"reason": "Moved away"}, booking_id=booking.id)

    answer = call("getBooking", booking_id=booking.id).body

    assert answer["status"] == "cancelled"
    assert answer["cancellation"] == {
        "by": "customer",
        "cancelled_at": "2026-11-23T19:00:00Z",
        "reason": "Moved away",
        "refund_amount": 9_700,
        "refund_percentage": 97,
    }
    assert answer["payment_status"] == "refund_pending"
    assert (answer["price"]["deposit_due"], answer["price"]["balance_due"]) == (0, 0)


@pytest.mark.parametrize("status", Status)
def test_a_booking_can_be_read_in_every_status(
    call: Handlers, table: Table, now: Clock, status: Status
) -> None:
    booking = stored_booking(table, status=status)
    now.set(booking.slot.starts_at + timedelta(days=1000))

    assert call("getBooking", booking_id=booking.id).body["status"] == status

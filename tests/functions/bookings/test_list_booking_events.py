"""The audit trail of a booking: complete, oldest first, page by page."""

from datetime import timedelta

import pytest
from tests.builders import ADMIN, CUSTOMER, NOW, OTHER_CUSTOMER, system
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import new_id, stored_booking
from tests.functions.handlers import Handlers

from teppan.domain.bookings.booking import Booking
from teppan.services.bookings.list_booking_events import list_booking_events
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.booking.id}),
    reads={
        "BookingEventList": "items next_cursor",
        "BookingEvent": "version type at actor changes entries",
        "EventEntry": "kind amount",
        "FieldChange": "field from to",
    },
    optional={
        "BookingEventList": "next_cursor",
        "BookingEvent": "entries reason request_id gateway_request_id",
        "Actor": "id",
        "FieldChange": "from to",
    },
)


@pytest.fixture
def changed_booking(call: Handlers, table: Table, now: Clock) -> Booking:
    """A booking that was created, changed four times and cancelled, an hour apart."""
    booking = stored_booking(table)
    for hour, guests in enumerate((13, 14, 15, 16), start=1):
        now.set(NOW + timedelta(hours=hour))
        call("updateBooking", {"guests": guests}, booking_id=booking.id)
    now.set(NOW + timedelta(hours=5))
    call("cancelBooking", {"reason": "Moved away"}, booking_id=booking.id, by=ADMIN)
    return booking


def test_the_audit_trail_lists_every_event_oldest_first(
    call: Handlers, changed_booking: Booking
) -> None:
    answer = call("listBookingEvents", booking_id=changed_booking.id, by=ADMIN)

    events = answer.body["items"]
    assert "next_cursor" not in answer.body
    assert [event["version"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event["type"] for event in events] == ["created", *["updated"] * 4, "cancelled"]
    assert [event["at"] for event in events] == [f"2026-11-23T{18 + n}:00:00Z" for n in range(6)]
    assert {"field": "guests", "from": 12, "to": 13} in events[1]["changes"]
    assert events[-1]["actor"] == {"id": ADMIN, "role": "admin"}
    assert events[-1]["reason"] == "Moved away"


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 100])
def test_the_pages_together_are_the_audit_trail(
    call: Handlers, changed_booking: Booking, limit: int
) -> None:
    versions, query = [], {"limit": str(limit)}
    while True:
        page = call("listBookingEvents", query=dict(query), booking_id=changed_booking.id).body
        assert 0 < len(page["items"]) <= limit
        versions += [event["version"] for event in page["items"]]
        if "next_cursor" not in page:
            break
        query["cursor"] = page["next_cursor"]

    assert versions == [1, 2, 3, 4, 5, 6]


def test_the_page_size_may_change_from_page_to_page(
    call: Handlers, changed_booking: Booking
) -> None:
    first = call("listBookingEvents", query={"limit": "2"}, booking_id=changed_booking.id).body

    rest = call(
        "listBookingEvents", query={"cursor": first["next_cursor"]}, booking_id=changed_booking.id
    )

    assert [event["version"] for event in rest.body["items"]] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("by", "problem"),
    [
        (CUSTOMER, (200, None)),
        (ADMIN, (200, None)),
        (OTHER_CUSTOMER, (404, "booking_not_found")),
    ],
)
def test_only_its_customer_and_staff_can_read_an_audit_trail(
    call: Handlers, table: Table, by: str, problem: tuple[int, str | None]
) -> None:
    booking = stored_booking(table)

    assert call("listBookingEvents", booking_id=booking.id, by=by).problem == problem


def test_a_job_can_read_the_audit_trail_of_every_booking(table: Table) -> None:
    booking = stored_booking(table)

    events, _ = list_booking_events(table, booking.id, system(), limit=20, after=None)

    assert [each.version for each in events] == [1]


def test_the_audit_trail_of_an_unknown_booking_is_a_404(call: Handlers) -> None:
    refused = call("listBookingEvents", booking_id=new_id())

    assert refused.problem == (404, "booking_not_found")


class TestForeignCursors:
    """A cursor is valid only for the caller and the audit trail that it was issued for."""

    @pytest.fixture
    def cursor(self, call: Handlers, changed_booking: Booking) -> str:
        page = call("listBookingEvents", query={"limit": "1"}, booking_id=changed_booking.id).body
        return str(page["next_cursor"])

    def test_a_cursor_is_refused_for_the_trail_of_another_booking(
        self, call: Handlers, table: Table, cursor: str
    ) -> None:
        own = stored_booking(table)

        refused = call("listBookingEvents", query={"cursor": cursor}, booking_id=own.id)

        assert refused.problem == (400, "invalid_cursor")

    def test_a_cursor_is_refused_for_another_caller(
        self, call: Handlers, changed_booking: Booking, cursor: str
    ) -> None:
        refused = call(
            "listBookingEvents", query={"cursor": cursor}, booking_id=changed_booking.id, by=ADMIN
        )

        assert refused.problem == (400, "invalid_cursor")

    def test_a_cursor_of_an_audit_trail_is_refused_for_the_list_of_bookings(
        self, call: Handlers, cursor: str
    ) -> None:
        refused = call("listBookings", query={"cursor": cursor})

        assert refused.problem == (400, "invalid_cursor")

"""Changing a booking: the fields, their deadlines, and `If-Match`."""

from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from tests.builders import ADMIN, CUSTOMER, NOW, days_ahead
from tests.conftest import Clock
from tests.functions.bookings.booking_changes import (
    LATER_TIME,
    MORE_GUESTS,
    SECOND,
    STARTS_AT,
    change,
)
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, confirmed_booking, new_id, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.provocations import FIVE_MINUTES, Scene, body, in_status, with_time_left

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.store.bookings import bookings
from teppan.store.table import Table


def into_a_taken_slot(scene: Scene, operation: str) -> Answer:
    stored_booking(scene.table)
    other = stored_booking(scene.table, date=days_ahead(60))
    return scene.ask(operation, other, body={"date": "2026-12-24", "time": "18:00"})


OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.booking.id}, body={"guests": 14}),
    provocations={
        "booking_not_changeable": in_status(Status.NO_SHOW),
        "forbidden": body(travel_miles=10),
        "invalid_transition": lambda scene, _: scene.change(status="completed"),
        "slot_unavailable": into_a_taken_slot,
        "too_close_to_event": with_time_left(FIVE_MINUTES),
        "too_late_to_reduce": with_time_left(timedelta(days=6), body={"guests": 11}),
        "venue_too_far": lambda scene, _: scene.change(travel_miles=201),
    },
    texts={"UpdateBooking": "date time special_requests status"},
)


def test_only_the_fields_of_the_request_change(call: Handlers, table: Table, now: Clock) -> None:
    booking = stored_booking(table, special_requests="No nuts")
    before = call("getBooking", booking_id=booking.id).body
    now.set(NOW + timedelta(hours=1))

    answer = change(call, booking, {"guests": 14, "adults": 10, "children": 4})

    assert answer.status == 200
    assert answer.headers["ETag"] == '"2"'
    price = answer.body["price"]
    assert price["subtotal"] == 67_000
    assert answer.body.pop("refund_percentage") == 100
    assert answer.body == before | {
        "version": 2,
        "guests": 14,
        "adults": 10,
        "children": 4,
        "price": price,
        "updated_at": "2026-11-23T19:00:00Z",
    }
    assert call("getBooking", booking_id=booking.id).body == answer.body


def test_a_request_without_a_difference_makes_no_new_version(
    call: Handlers, table: Table, snapshot: Snapshot
) -> None:
    booking = stored_booking(table)
    before = snapshot()

    answer = change(call, booking, {"guests": 12, "date": "2026-12-24", "time": "18:00"})

    assert (answer.status, answer.body["version"]) == (200, 1)
    assert snapshot() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"contact": {"name": "Bo", "email": "bo@example.com", "phone": "+442071838750"}},
        {
            "venue": {
                "address_line1": "1 Pier",
                "address_line2": "Deck",
                "city": "Malibu",
                "state": "CA",
                "postal_code": "90265-0001",
            }
        },
        {"special_requests": "Vegan\nfor two"},
        {"special_requests": ""},
        {"menu": {"upgrades": {"salmon": 3}, "add_ons": {}}},
    ],
)
def test_a_field_of_the_request_replaces_the_whole_value(
    call: Handlers, table: Table, changes: dict[str, Any]
) -> None:
    booking = stored_booking(
        table, special_requests="No nuts", menu=Menu({"lobster_tail": 1}, {"gyoza": 2})
    )

    answer = change(call, booking, changes)

    assert answer.status == 200
    assert {name: answer.body[name] for name in changes} == changes


def test_an_empty_menu_removes_the_extras(call: Handlers, table: Table) -> None:
    booking = stored_booking(table, menu=Menu({"lobster_tail": 1}, {"gyoza": 2}))

    answer = change(call, booking, {"menu": {}})

    assert answer.body["menu"] == {"upgrades": {}, "add_ons": {}}
    assert answer.body["price"]["subtotal"] == 66_000


def test_a_request_without_fields_is_refused(call: Handlers, table: Table) -> None:
    assert change(call, stored_booking(table), {}).problem == (422, "validation_failed")


NEW_YORK = {
    "venue": {
        "address_line1": "350 5th Avenue",
        "city": "New York",
        "state": "NY",
        "postal_code": "10118",
    }
}
UNTIL_24_HOURS = {CUSTOMER: timedelta(hours=24), ADMIN: timedelta(0)}
"""How long before the start each caller may change guests, menu and venue."""


class TestParty:
    """Guests, menu and venue: customers change them until 24 hours before the start."""

    @pytest.mark.parametrize(
        "changes", [MORE_GUESTS, {"menu": {"add_ons": {"gyoza": 1}}}, NEW_YORK]
    )
    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    @pytest.mark.parametrize(
        ("delay", "problem"),
        [
            pytest.param(timedelta(0), (200, None), id="at the last moment"),
            pytest.param(SECOND, (400, "too_close_to_event"), id="after it"),
        ],
    )
    def test_guests_menu_and_venue_can_be_changed_until_their_deadline(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        changes: dict[str, Any],
        by: str,
        delay: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = confirmed_booking(table)
        now.set(STARTS_AT - UNTIL_24_HOURS[by] + delay)

        assert change(call, booking, changes, by).problem == problem

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_the_venue_cannot_be_changed_after_the_start(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot, by: str
    ) -> None:
        booking = confirmed_booking(table)
        before = snapshot()
        now.set(STARTS_AT + timedelta(hours=5))

        answer = change(call, booking, NEW_YORK, by)

        assert answer.problem == (400, "too_close_to_event")
        assert answer.body["detail"] == "Guests, menu and venue cannot be changed after the start."
        assert snapshot() == before

    @pytest.mark.parametrize(
        ("by", "ahead", "problem"),
        [
            pytest.param(CUSTOMER, timedelta(days=7), (200, None), id="exactly 7 days"),
            pytest.param(
                CUSTOMER, timedelta(days=7) - SECOND, (400, "too_late_to_reduce"), id="less"
            ),
            pytest.param(ADMIN, timedelta(hours=1), (200, None), id="staff"),
        ],
    )
    def test_guests_cannot_be_reduced_for_a_refund_less_than_7_days_before(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        by: str,
        ahead: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = confirmed_booking(table, party=Party(adults=50), captured=297_688)
        now.set(STARTS_AT - ahead)

        answer = change(call, booking, {"guests": 1}, by)

        assert answer.problem == problem
        payment_status = call("getBooking", booking_id=booking.id).body["payment_status"]
        assert payment_status == ("refund_pending" if answer.status == 200 else "paid")

    def test_special_requests_can_be_changed_until_the_start(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = stored_booking(table)
        now.set(STARTS_AT - timedelta(minutes=5))

        answer = change(call, booking, {"guests": 12, "special_requests": "Ring twice"})

        assert answer.status == 200

    def test_a_paid_deposit_counts_towards_the_new_price(
        self, call: Handlers, table: Table
    ) -> None:
        price = change(call, confirmed_booking(table), MORE_GUESTS).body["price"]

        assert price["total"] == 83_353
        assert (price["amount_paid"], price["deposit_due"]) == (10_000, 0)
        assert price["balance_due"] == 73_353

    def test_guests_without_a_split_are_all_adults(self, call: Handlers, table: Table) -> None:
        booking = stored_booking(table, party=Party(adults=8, children=4))

        answer = change(call, booking, MORE_GUESTS).body

        assert (answer["guests"], answer["adults"], answer["children"]) == (14, 14, 0)

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            pytest.param({"adults": 8, "children": 4}, "body /guests", id="a split needs guests"),
            pytest.param({"guests": 8, "adults": 7}, "body /guests", id="it does not add up"),
            pytest.param({"guests": 8, "children": 8}, "body /adults", id="no adult"),
            pytest.param({"guests": 2}, "body /menu/upgrades/salmon", id="extras outnumber guests"),
            pytest.param({"menu": {"add_ons": {"gyoza": 13}}}, "body /menu/add_ons/gyoza", id="13"),
        ],
    )
    def test_a_party_must_add_up_and_fit_its_menu(
        self, call: Handlers, table: Table, changes: dict[str, Any], fault: str
    ) -> None:
        refused = change(call, stored_booking(table, menu=Menu({"salmon": 3})), changes)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == [fault]


class TestStaffFields:
    """Only staff may set the travel distance and the status."""

    @pytest.mark.parametrize(("miles", "fee"), [(0, 0), (30, 0), (31, 200), (200, 34_000)])
    def test_travel_costs_from_the_31st_mile_and_is_not_taxed(
        self, call: Handlers, table: Table, miles: int, fee: int
    ) -> None:
        answer = change(call, stored_booking(table), {"travel_miles": miles}, ADMIN).body

        assert (answer["travel_miles"], answer["travel_confirmed"]) == (miles, True)
        assert answer["price"]["travel_fee"] == fee
        assert answer["price"]["tax"] == 5_445
        assert answer["price"]["total"] == 71_445 + fee

    def test_a_distance_of_more_than_200_miles_is_refused(
        self, call: Handlers, table: Table
    ) -> None:
        refused = change(call, stored_booking(table), {"travel_miles": 201}, ADMIN)

        assert refused.problem == (400, "venue_too_far")

    @pytest.mark.parametrize("changes", [{"travel_miles": 0}, {"status": "completed"}])
    def test_a_customer_may_not_set_distance_or_status(
        self, call: Handlers, table: Table, snapshot: Snapshot, changes: dict[str, Any]
    ) -> None:
        booking = confirmed_booking(table)
        before = snapshot()

        assert change(call, booking, changes).problem == (403, "forbidden")
        assert snapshot() == before

    @pytest.mark.parametrize("status", ["completed", "no_show"])
    @pytest.mark.parametrize(
        ("after", "problem"),
        [
            pytest.param(timedelta(0), (200, None), id="at the start"),
            pytest.param(-SECOND, (409, "invalid_transition"), id="before the start"),
        ],
    )
    def test_a_confirmed_booking_can_be_completed_after_its_start(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        status: str,
        after: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = confirmed_booking(table)
        now.set(STARTS_AT + after)

        assert change(call, booking, {"status": status}, ADMIN).problem == problem

    @pytest.mark.parametrize("status", ["completed", "no_show"])
    def test_a_pending_booking_cannot_be_completed(
        self, call: Handlers, table: Table, now: Clock, status: str
    ) -> None:
        booking = stored_booking(table)
        now.set(STARTS_AT + SECOND)

        refused = change(call, booking, {"status": status}, ADMIN)

        assert refused.problem == (409, "invalid_transition")

    @pytest.mark.parametrize("status", ["pending", "confirmed", "cancelled", "paid"])
    def test_a_status_other_than_completed_or_no_show_is_refused(
        self, call: Handlers, table: Table, status: str
    ) -> None:
        refused = change(call, stored_booking(table), {"status": status}, ADMIN)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["body /status"]

    def test_a_completed_booking_keeps_its_slot(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot
    ) -> None:
        booking = confirmed_booking(table)
        now.set(STARTS_AT + SECOND)
        claimed = [item for item in snapshot() if "SLOTS#" in item]

        change(call, booking, {"status": "completed"}, ADMIN)

        assert claimed == [item for item in snapshot() if "SLOTS#" in item]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW])
@pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
def test_a_booking_that_has_ended_cannot_be_changed(
    call: Handlers, table: Table, snapshot: Snapshot, status: Status, by: str
) -> None:
    booking = stored_booking(table, status=status)
    before = snapshot()

    for changes in (MORE_GUESTS, LATER_TIME, {"special_requests": "Sorry"}):
        assert change(call, booking, changes, by).problem == (409, "booking_not_changeable")
    assert snapshot() == before


class TestPreconditions:
    """`If-Match` prevents a change of a version that the caller has not seen."""

    @pytest.mark.parametrize("if_match", [None, '"1"', "*", ' "1" ', '"7", "1"', '"7","1", W/"2"'])
    def test_a_change_with_a_matching_or_no_if_match_succeeds(
        self, call: Handlers, table: Table, if_match: str | None
    ) -> None:
        assert change(call, stored_booking(table), MORE_GUESTS, if_match=if_match).status == 200

    @pytest.mark.parametrize("if_match", ['"2"', '""', '"01"', '"2", "3"', 'W/"1", "2"', '"one"'])
    def test_a_change_with_if_match_of_another_version_is_refused(
        self, call: Handlers, table: Table, snapshot: Snapshot, if_match: str
    ) -> None:
        booking = stored_booking(table)
        before = snapshot()

        refused = change(call, booking, MORE_GUESTS, if_match=if_match)

        assert refused.problem == (412, "version_mismatch")
        assert snapshot() == before

    @pytest.mark.parametrize(
        "if_match", ["1", "", " ", '"1', '"1" "2"', 'W/"1"', "'1'", "**", '*, "1"', '"é"', "w/*"]
    )
    def test_an_if_match_that_is_no_list_of_strong_tags_is_refused(
        self, call: Handlers, table: Table, if_match: str
    ) -> None:
        refused = change(call, stored_booking(table), MORE_GUESTS, if_match=if_match)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["header /If-Match"]

    def test_the_second_change_of_one_version_is_refused(
        self, call: Handlers, table: Table
    ) -> None:
        booking = stored_booking(table)

        assert change(call, booking, MORE_GUESTS, if_match='"1"').status == 200
        assert change(call, booking, LATER_TIME, if_match='"1"').status == 412

    def test_a_change_overtaken_after_if_match_was_checked_is_refused(
        self, call: Handlers, table: Table
    ) -> None:
        # Given another change between the read and the write of a customer's change
        booking = stored_booking(table)
        find_booking, faster_changes = (
            bookings.find,
            iter([partial(change, call, booking, LATER_TIME)]),
        )
        answers: list[Answer] = []

        def find_and_overtake(table: Table, booking_id: str) -> Booking | None:
            found = find_booking(table, booking_id)
            answers.extend(overtake() for overtake in faster_changes)
            return found

        # When the customer sends it with the version that they have read
        with patch.object(bookings, "find", find_and_overtake):
            refused = change(call, booking, MORE_GUESTS, if_match='"1"')

        # Then it is refused, and only the other change is stored
        assert [answer.status for answer in answers] == [200]
        assert refused.problem == (412, "version_mismatch")
        shown = call("getBooking", booking_id=booking.id).body
        assert (shown["version"], shown["time"], shown["guests"]) == (2, "21:00", 12)

    def test_an_if_match_for_an_unknown_booking_is_a_404(self, call: Handlers) -> None:
        refused = call("updateBooking", MORE_GUESTS, booking_id=new_id(), headers={"If-Match": "*"})

        assert refused.problem == (404, "booking_not_found")


def test_a_change_has_an_event_in_the_audit_trail_without_personal_data(
    call: Handlers, table: Table
) -> None:
    booking = stored_booking(table)

    answer = change(
        call,
        booking,
        {"guests": 14, "time": "21:00", "travel_miles": 40, "special_requests": "Secret"},
        ADMIN,
    )

    trail = call("listBookingEvents", booking_id=booking.id, by=ADMIN).body["items"]
    assert trail[1] == {
        "version": 2,
        "type": "updated",
        "at": "2026-11-23T18:00:00Z",
        "actor": {"id": ADMIN, "role": "admin"},
        "request_id": answer.headers["X-Request-Id"],
        "gateway_request_id": answer.headers["X-Request-Id"],  # the caller sent none
        "changes": [
            {"field": "time", "from": "18:00", "to": "21:00"},
            {"field": "guests", "from": 12, "to": 14},
            {"field": "adults", "from": 12, "to": 14},
            {"field": "travel_miles", "to": 40},
            {"field": "travel_confirmed", "from": False, "to": True},
            {"field": "total", "from": 71_445, "to": 85_353},
            {"field": "special_requests"},
        ],
    }

"""Changing a booking: who may change what, until when, and never over another's change."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from tests.builders import ADMIN, CUSTOMER, NOW, OTHER_CUSTOMER, days_ahead
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, confirmed, new_id, stored
from tests.functions.handlers import Answer, Handlers
from tests.functions.provocations import FIVE_MINUTES, Scene, body, in_status, later

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.store.bookings import bookings
from teppan.store.table import Table


def into_a_taken_slot(scene: Scene, operation: str) -> Answer:
    stored(scene.table)
    other = stored(scene.table, date=days_ahead(60))
    return scene.ask(operation, other, body={"date": "2026-12-24", "time": "18:00"})


OPERATION = Example(
    request=lambda given: Request(path={"booking_id": given.booking.id}, body={"guests": 14}),
    provocations={
        "booking_not_changeable": in_status(Status.NO_SHOW),
        "forbidden": body(travel_miles=10),
        "invalid_transition": lambda scene, _: scene.change(status="completed"),
        "slot_unavailable": into_a_taken_slot,
        "too_close_to_event": later(FIVE_MINUTES),
        "too_late_to_reduce": later(timedelta(days=6), body={"guests": 11}),
        "venue_too_far": lambda scene, _: scene.change(travel_miles=201),
    },
    texts={"UpdateBooking": "date time special_requests status"},
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

LATER = {"time": "21:00"}
BIGGER = {"guests": 14}


def change(
    call: Handlers,
    booking: Booking,
    changes: dict[str, Any],
    by: str = CUSTOMER,
    if_match: str | None = None,
) -> Answer:
    return call(
        "updateBooking", changes, booking_id=booking.id, by=by, headers={"If-Match": if_match}
    )


def free_times(call: Handlers, day: str = "2026-12-24") -> list[str]:
    found = call("searchAvailability", query={"from": day, "to": day}, by=None).body["slots"]
    return [slot["time"] for slot in found if slot["available"]]


def test_what_is_sent_changes_and_the_rest_stays(call: Handlers, table: Table, now: Clock) -> None:
    booking = stored(table, special_requests="No nuts")
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


def test_a_change_that_changes_nothing_makes_no_version(
    call: Handlers, table: Table, snapshot: Snapshot
) -> None:
    booking = stored(table)
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
def test_what_is_sent_replaces_the_whole(
    call: Handlers, table: Table, changes: dict[str, Any]
) -> None:
    booking = stored(
        table, special_requests="No nuts", menu=Menu({"lobster_tail": 1}, {"gyoza": 2})
    )

    answer = change(call, booking, changes)

    assert answer.status == 200
    assert {name: answer.body[name] for name in changes} == changes


def test_an_empty_menu_takes_the_extras_away(call: Handlers, table: Table) -> None:
    booking = stored(table, menu=Menu({"lobster_tail": 1}, {"gyoza": 2}))

    answer = change(call, booking, {"menu": {}})

    assert answer.body["menu"] == {"upgrades": {}, "add_ons": {}}
    assert answer.body["price"]["subtotal"] == 66_000


def test_there_must_be_something_to_change(call: Handlers, table: Table) -> None:
    assert change(call, stored(table), {}).problem == (422, "validation_failed")


class TestMoving:
    """A new date or time: the old slot is given back and the new one taken, in one step."""

    def test_a_move_frees_the_old_slot_and_takes_the_new(
        self, call: Handlers, table: Table
    ) -> None:
        booking = stored(table)

        answer = change(call, booking, LATER)

        assert answer.body["time"] == "21:00"
        assert answer.body["starts_at"] == "2026-12-25T05:00:00Z"
        assert answer.body["balance_due_at"] == "2026-12-18T05:00:00Z"
        assert free_times(call) == ["12:00", "15:00", "18:00"]

    def test_a_move_to_another_month_frees_the_old_slot_too(
        self, call: Handlers, table: Table
    ) -> None:
        booking = stored(table)

        answer = change(call, booking, {"date": "2027-01-31"})

        assert (answer.body["date"], answer.body["time"]) == ("2027-01-31", "18:00")
        assert "18:00" in free_times(call)
        assert "18:00" not in free_times(call, "2027-01-31")

    def test_a_move_there_and_back_holds_one_slot(self, call: Handlers, table: Table) -> None:
        booking = stored(table)
        change(call, booking, LATER)

        assert change(call, booking, {"time": "18:00"}).status == 200
        assert free_times(call) == ["12:00", "15:00", "21:00"]

    def test_a_move_to_a_taken_slot_changes_nothing(
        self, call: Handlers, table: Table, snapshot: Snapshot
    ) -> None:
        booking = stored(table)
        stored(table, by=OTHER_CUSTOMER, time=time(21))
        before = snapshot()

        refused = change(call, booking, LATER | BIGGER)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == ["12:00", "15:00"]
        assert snapshot() == before

    @pytest.mark.parametrize(
        ("ahead", "problem"),
        [
            pytest.param(timedelta(hours=72), (200, None), id="exactly 72 hours"),
            pytest.param(timedelta(hours=72) - SECOND, (400, "too_close_to_event"), id="less"),
            pytest.param(-SECOND, (400, "too_close_to_event"), id="after the start"),
        ],
    )
    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_moving_needs_72_hours_before_the_present_start(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        by: str,
        ahead: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = stored(table)
        now.set(STARTS_AT - ahead)

        assert change(call, booking, {"date": "2027-01-10"}, by).problem == problem

    @pytest.mark.parametrize(
        ("to", "ahead", "problem"),
        [
            ({"time": "13:00"}, timedelta(days=30), (400, "invalid_time")),
            ({"date": "2026-12-24", "time": "18:00"}, timedelta(days=30), (200, None)),
            ({"date": "2026-12-14"}, timedelta(days=12), (200, None)),
            ({"date": "2026-12-14"}, timedelta(days=12) + SECOND, (200, None)),
            ({"date": "2026-12-14"}, timedelta(days=12) - SECOND, (400, "lead_time_too_short")),
            ({"date": "2026-11-01"}, timedelta(days=30), (400, "lead_time_too_short")),
            ({"date": "2027-11-24"}, timedelta(days=30), (200, None)),
            ({"date": "2027-11-24"}, timedelta(days=30) + SECOND, (400, "too_far_ahead")),
            ({"date": "9999-12-31"}, timedelta(days=30), (400, "too_far_ahead")),
        ],
    )
    def test_the_new_slot_obeys_the_rules_of_booking(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        to: dict[str, str],
        ahead: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = stored(table)
        now.set(STARTS_AT - ahead)

        assert change(call, booking, to).problem == problem

    def test_a_move_to_less_than_7_days_after_booking_asks_for_everything(
        self, call: Handlers, table: Table
    ) -> None:
        answer = change(call, stored(table), {"date": "2026-11-28"})

        assert answer.body["price"]["deposit_due"] == 71_445
        assert answer.body["price"]["balance_due"] == 0

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_a_move_five_days_before_keeps_the_refund_at_nothing(
        self, call: Handlers, table: Table, now: Clock, by: str
    ) -> None:
        booking = confirmed(table)
        now.set(STARTS_AT - timedelta(days=5))

        moved = change(call, booking, {"date": "2027-11-20"}, by).body

        assert (moved["refund_percentage"], moved["refund_limit"]) == (0, 0)
        again = change(call, booking, {"date": "2027-11-21"}, by).body
        assert (again["refund_percentage"], again["refund_limit"]) == (0, 0)
        assert call("getBooking", booking_id=booking.id).body["refund_limit"] == 0
        assert call("cancelBooking", booking_id=booking.id).body["refund_amount"] == 0

    def test_the_answer_says_what_cancelling_refunds_until_nobody_can(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = confirmed(table)

        told = []
        for notice in (timedelta(days=20), timedelta(days=14), timedelta(hours=48)):
            now.set(STARTS_AT - notice)
            told.append(change(call, booking, {"special_requests": f"{notice}"}).body)
        now.set(STARTS_AT - timedelta(hours=47))
        too_late = change(call, booking, {"special_requests": "Vegan"}).body

        assert [each["refund_percentage"] for each in told] == [97, 50, 0]
        assert "refund_percentage" not in too_late
        assert not any("refund_limit" in each for each in told)


NEW_YORK = {
    "venue": {
        "address_line1": "350 5th Avenue",
        "city": "New York",
        "state": "NY",
        "postal_code": "10118",
    }
}
UNTIL_24_HOURS = {CUSTOMER: timedelta(hours=24), ADMIN: timedelta(0)}
"""Until how long before the start who may change guests, menu and venue."""


class TestParty:
    """Guests, menu and venue: until a day before the start, staff until it; priced again."""

    @pytest.mark.parametrize("changes", [BIGGER, {"menu": {"add_ons": {"gyoza": 1}}}, NEW_YORK])
    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    @pytest.mark.parametrize(
        ("late", "problem"),
        [
            pytest.param(timedelta(0), (200, None), id="at the last moment"),
            pytest.param(SECOND, (400, "too_close_to_event"), id="after it"),
        ],
    )
    def test_guests_menu_and_venue_have_their_deadline(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        changes: dict[str, Any],
        by: str,
        late: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = confirmed(table)
        now.set(STARTS_AT - UNTIL_24_HOURS[by] + late)

        assert change(call, booking, changes, by).problem == problem

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_the_venue_does_not_move_to_new_york_five_hours_after_the_start(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot, by: str
    ) -> None:
        booking = confirmed(table)
        before = snapshot()
        now.set(STARTS_AT + timedelta(hours=5))

        answer = change(call, booking, NEW_YORK, by)

        assert answer.problem == (400, "too_close_to_event")
        assert answer.body["detail"] == "Guests, menu and venue stay as they are after the start."
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
    def test_50_guests_that_become_1_give_nothing_back_a_day_before(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        by: str,
        ahead: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = confirmed(table, party=Party(adults=50), captured=297_688)
        now.set(STARTS_AT - ahead)

        answer = change(call, booking, {"guests": 1}, by)

        assert answer.problem == problem
        paid = call("getBooking", booking_id=booking.id).body["payment_status"]
        assert paid == ("refund_pending" if answer.status == 200 else "paid")

    def test_whom_to_reach_may_change_until_the_guests_arrive(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = stored(table)
        now.set(STARTS_AT - timedelta(minutes=5))

        answer = change(call, booking, {"guests": 12, "special_requests": "Ring twice"})

        assert answer.status == 200

    def test_a_deposit_already_paid_counts_towards_the_new_price(
        self, call: Handlers, table: Table
    ) -> None:
        price = change(call, confirmed(table), BIGGER).body["price"]

        assert price["total"] == 83_353
        assert (price["amount_paid"], price["deposit_due"]) == (10_000, 0)
        assert price["balance_due"] == 73_353

    def test_guests_alone_are_all_adults(self, call: Handlers, table: Table) -> None:
        booking = stored(table, party=Party(adults=8, children=4))

        answer = change(call, booking, BIGGER).body

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
    def test_the_party_must_fit(
        self, call: Handlers, table: Table, changes: dict[str, Any], fault: str
    ) -> None:
        refused = change(call, stored(table, menu=Menu({"salmon": 3})), changes)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == [fault]


MILES = {"travel_miles": 200}
ONE_LETTER = {
    "venue": {
        "address_line1": "2100 Ocean Front Walks",
        "city": "Venice",
        "state": "CA",
        "postal_code": "90291",
    }
}
RESPELLED = {
    "venue": {
        "address_line1": "2100 OCEAN-FRONT walk,",
        "city": "venice",
        "state": "CA",
        "postal_code": "90291",
    }
}


class TestTravel:
    """The distance set last stays in the price; staff set it until 30 days after the party."""

    @pytest.mark.parametrize("status", ["completed", "no_show"])
    def test_one_letter_of_the_venue_gives_no_travel_fee_back_after_the_party(
        self, call: Handlers, table: Table, now: Clock, status: str
    ) -> None:
        # Given a party 200 miles away that is paid with its travel fee
        booking = confirmed(table, captured=71_445 + 34_000)
        change(call, booking, MILES, ADMIN)

        # When its customer changes one letter of the address, and the party is over
        moved = change(call, booking, ONE_LETTER).body
        now.set(STARTS_AT + timedelta(hours=5))
        over = change(call, booking, {"status": status}, ADMIN).body

        # Then the fee stays paid until staff say otherwise
        for shown in (moved, over):
            assert (shown["travel_miles"], shown["travel_confirmed"]) == (200, False)
            assert (shown["price"]["travel_fee"], shown["price"]["balance_due"]) == (34_000, 0)
            assert shown["payment_status"] == "paid"
        near = change(call, booking, {"travel_miles": 40}, ADMIN).body
        ledger = call("listPayments", booking_id=booking.id).body["balance"]
        assert (near["travel_confirmed"], ledger["refund_owed"]) == (True, 32_000)

    def test_nor_when_the_job_completes_it(self, call: Handlers, table: Table, now: Clock) -> None:
        booking = confirmed(table, captured=71_445 + 34_000)
        change(call, booking, MILES, ADMIN)
        change(call, booking, ONE_LETTER)
        now.set(STARTS_AT + timedelta(hours=6))

        call.job("completePastBookings")

        shown = call("getBooking", booking_id=booking.id).body
        assert (shown["status"], shown["payment_status"]) == ("completed", "paid")

    def test_another_spelling_changes_no_distance_and_has_no_deadline(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = confirmed(table)
        change(call, booking, MILES, ADMIN)
        now.set(STARTS_AT - timedelta(hours=1))

        answer = change(call, booking, RESPELLED)

        assert answer.status == 200
        assert answer.body["venue"] == RESPELLED["venue"]
        assert answer.body["travel_confirmed"] is True
        assert change(call, booking, ONE_LETTER).problem == (400, "too_close_to_event")

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_staff_set_it_until_30_days_after_the_start_and_the_rest_can_be_paid(
        self, call: Handlers, table: Table, now: Clock, status: Status
    ) -> None:
        booking = stored(table, status=status, captured=71_445)
        now.set(STARTS_AT + timedelta(days=30))

        answer = change(call, booking, MILES, ADMIN)

        assert answer.status == 200
        assert (answer.body["status"], answer.body["price"]["balance_due"]) == (status, 34_000)
        wanted = {"booking_id": booking.id, "payment_type": "balance"}
        key = {"Idempotency-Key": "the-travel-fee"}
        intent = call("createPaymentIntent", wanted, headers=key)
        assert (intent.status, intent.body["amount"]) == (201, 34_000)

    def test_after_that_the_answer_says_until_when(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot
    ) -> None:
        booking = stored(table, status=Status.COMPLETED, captured=71_445)
        before = snapshot()
        now.set(STARTS_AT + timedelta(days=30) + SECOND)

        refused = change(call, booking, MILES, ADMIN)

        assert refused.problem == (409, "booking_not_changeable")
        assert refused.body["detail"] == (
            "The travel distance can be set until 30 days after the start."
        )
        assert snapshot() == before

    @pytest.mark.parametrize("more", [BIGGER, {"status": "no_show"}, {"special_requests": "x"}])
    def test_nothing_else_of_a_party_that_is_over(
        self, call: Handlers, table: Table, more: dict[str, Any]
    ) -> None:
        booking = stored(table, status=Status.COMPLETED)

        refused = change(call, booking, MILES | more, ADMIN)

        assert refused.problem == (409, "booking_not_changeable")
        assert refused.body["detail"] == (
            "A booking that is completed stays as it is; only its travel_miles can be set, alone."
        )

    @pytest.mark.parametrize("status", [Status.PENDING, Status.COMPLETED])
    def test_a_customer_never_sets_it(self, call: Handlers, table: Table, status: Status) -> None:
        booking = stored(table, status=status)

        assert change(call, booking, MILES).problem == (403, "forbidden")

    def test_not_of_a_cancelled_booking(self, call: Handlers, table: Table) -> None:
        booking = stored(table, status=Status.CANCELLED)

        assert change(call, booking, MILES, ADMIN).problem == (409, "booking_not_changeable")


class TestStaffOnly:
    """Travel and status are for staff."""

    @pytest.mark.parametrize(("miles", "fee"), [(0, 0), (30, 0), (31, 200), (200, 34_000)])
    def test_travel_costs_from_the_31st_mile_and_is_not_taxed(
        self, call: Handlers, table: Table, miles: int, fee: int
    ) -> None:
        answer = change(call, stored(table), {"travel_miles": miles}, ADMIN).body

        assert (answer["travel_miles"], answer["travel_confirmed"]) == (miles, True)
        assert answer["price"]["travel_fee"] == fee
        assert answer["price"]["tax"] == 5_445
        assert answer["price"]["total"] == 71_445 + fee

    def test_nobody_travels_more_than_200_miles(self, call: Handlers, table: Table) -> None:
        refused = change(call, stored(table), {"travel_miles": 201}, ADMIN)

        assert refused.problem == (400, "venue_too_far")

    @pytest.mark.parametrize("changes", [{"travel_miles": 0}, {"status": "completed"}])
    def test_customers_set_neither(
        self, call: Handlers, table: Table, snapshot: Snapshot, changes: dict[str, Any]
    ) -> None:
        booking = confirmed(table)
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
    def test_a_confirmed_booking_is_closed_after_its_start(
        self,
        call: Handlers,
        table: Table,
        now: Clock,
        status: str,
        after: timedelta,
        problem: tuple[int, str | None],
    ) -> None:
        booking = confirmed(table)
        now.set(STARTS_AT + after)

        assert change(call, booking, {"status": status}, ADMIN).problem == problem

    @pytest.mark.parametrize("status", ["completed", "no_show"])
    def test_a_pending_booking_is_not(
        self, call: Handlers, table: Table, now: Clock, status: str
    ) -> None:
        booking = stored(table)
        now.set(STARTS_AT + SECOND)

        refused = change(call, booking, {"status": status}, ADMIN)

        assert refused.problem == (409, "invalid_transition")

    @pytest.mark.parametrize("status", ["pending", "confirmed", "cancelled", "paid"])
    def test_no_other_status_is_set_by_hand(
        self, call: Handlers, table: Table, status: str
    ) -> None:
        refused = change(call, stored(table), {"status": status}, ADMIN)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["body /status"]

    def test_a_completed_booking_keeps_its_slot(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot
    ) -> None:
        booking = confirmed(table)
        now.set(STARTS_AT + SECOND)
        claimed = [item for item in snapshot() if "SLOTS#" in item]

        change(call, booking, {"status": "completed"}, ADMIN)

        assert claimed == [item for item in snapshot() if "SLOTS#" in item]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW])
@pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
def test_what_is_over_never_changes(
    call: Handlers, table: Table, snapshot: Snapshot, status: Status, by: str
) -> None:
    booking = stored(table, status=status)
    before = snapshot()

    for changes in (BIGGER, LATER, {"special_requests": "Sorry"}):
        assert change(call, booking, changes, by).problem == (409, "booking_not_changeable")
    assert snapshot() == before


class TestPreconditions:
    """`If-Match` keeps a change from hitting a version that the caller has not seen."""

    @pytest.mark.parametrize("if_match", [None, '"1"', "*", ' "1" ', '"7", "1"', '"7","1", W/"2"'])
    def test_a_matching_or_absent_header_lets_the_change_through(
        self, call: Handlers, table: Table, if_match: str | None
    ) -> None:
        assert change(call, stored(table), BIGGER, if_match=if_match).status == 200

    @pytest.mark.parametrize("if_match", ['"2"', '""', '"01"', '"2", "3"', 'W/"1", "2"', '"one"'])
    def test_another_version_is_refused(
        self, call: Handlers, table: Table, snapshot: Snapshot, if_match: str
    ) -> None:
        booking = stored(table)
        before = snapshot()

        refused = change(call, booking, BIGGER, if_match=if_match)

        assert refused.problem == (412, "version_mismatch")
        assert snapshot() == before

    @pytest.mark.parametrize(
        "if_match", ["1", "", " ", '"1', '"1" "2"', 'W/"1"', "'1'", "**", '*, "1"', '"é"', "w/*"]
    )
    def test_a_header_that_is_no_list_of_strong_tags_is_refused(
        self, call: Handlers, table: Table, if_match: str
    ) -> None:
        refused = change(call, stored(table), BIGGER, if_match=if_match)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["header /If-Match"]

    def test_of_two_who_saw_the_same_version_one_is_told(
        self, call: Handlers, table: Table
    ) -> None:
        booking = stored(table)

        assert change(call, booking, BIGGER, if_match='"1"').status == 200
        assert change(call, booking, LATER, if_match='"1"').status == 412

    def test_a_change_that_is_overtaken_after_the_header_was_checked_is_refused(
        self, call: Handlers, table: Table
    ) -> None:
        # Given a customer whose change is overtaken between its read and its write
        booking = stored(table)
        find, faster = bookings.find, iter([partial(change, call, booking, LATER)])
        answers: list[Answer] = []

        def read(table: Table, booking_id: str) -> Booking | None:
            found = find(table, booking_id)
            answers.extend(overtake() for overtake in faster)
            return found

        # When they send it for the version that they have seen
        with patch.object(bookings, "find", read):
            refused = change(call, booking, BIGGER, if_match='"1"')

        # Then it is refused, and the other change is all there is
        assert [answer.status for answer in answers] == [200]
        assert refused.problem == (412, "version_mismatch")
        shown = call("getBooking", booking_id=booking.id).body
        assert (shown["version"], shown["time"], shown["guests"]) == (2, "21:00", 12)

    def test_what_does_not_exist_has_no_version(self, call: Handlers) -> None:
        refused = call("updateBooking", BIGGER, booking_id=new_id(), headers={"If-Match": "*"})

        assert refused.problem == (404, "booking_not_found")


def test_each_change_is_told_in_the_trail_without_personal_data(
    call: Handlers, table: Table
) -> None:
    booking = stored(table)

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

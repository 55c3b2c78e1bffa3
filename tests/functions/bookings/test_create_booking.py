"""Booking a slot: its price, the slots that can be booked, and one booking per key."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from tests.builders import (
    ADMIN,
    CUSTOMER,
    NOW,
    OTHER_CUSTOMER,
    PARTY_DATE,
    booking_body,
    days_ahead,
)
from tests.conftest import Clock
from tests.functions.cognito import stubbed
from tests.functions.example import Example, Given, Request
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.provocations import Scene, body, reused_key
from tests.functions.requests import good_request
from tests.store.faults import lost_request

from teppan.domain.caller import Caller, Role
from teppan.domain.policy import CURRENT
from teppan.services.bookings.availability import set_slot_capacity
from teppan.store.table import Table


def example_request(given: Given) -> Request:
    date, time = given.free_slot
    return Request(body=booking_body(date=date, time=time))


def for_a_customer_while_cognito_is_silent(scene: Scene, operation: str) -> Answer:
    use_cognito()
    with stubbed("*", lost_request):
        return scene.ask(operation, body=booking_body(customer_id=CUSTOMER), by=ADMIN)


def in_a_taken_slot(scene: Scene, operation: str) -> Answer:
    stored_booking(scene.table)
    return scene.ask(operation, body=booking_body(time="18:00"))


def with_as_many_pending_as_allowed(scene: Scene, operation: str) -> Answer:
    for days in range(CURRENT.max_pending_bookings):
        stored_booking(scene.table, date=days_ahead(60 + days))
    return scene.ask(operation)


def after_as_many_in_a_day_as_allowed(scene: Scene, operation: str) -> Answer:
    for days in range(CURRENT.max_bookings_in_window):
        created = stored_booking(scene.table, date=days_ahead(60 + days))
        scene.call("cancelBooking", booking_id=created.id)
    return scene.ask(operation)


OPERATION = Example(
    request=example_request,
    succeeds=201,
    provocations={
        "forbidden": body(customer_id=ADMIN),
        "idempotency_key_reused": reused_key(guests=13),
        "identity_unavailable": for_a_customer_while_cognito_is_silent,
        "slot_unavailable": in_a_taken_slot,
        "too_many_pending_bookings": with_as_many_pending_as_allowed,
        "too_many_bookings_in_a_day": after_as_many_in_a_day_as_allowed,
    },
    texts={
        "CreateBooking": "date time special_requests customer_id",
        "Venue": "address_line1 address_line2 city state postal_code",
        "Contact": "name email phone",
    },
)

STARTS_AT = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def book(call: Handlers, key: str | None = None, by: str = CUSTOMER, **changes: Any) -> Answer:
    headers: dict[str, str | None] = {"Idempotency-Key": key} if key else {}
    return call("createBooking", booking_body(**changes), by=by, headers=headers)


def set_capacity(table: Table, capacity: int, start: time = time(18)) -> None:
    admin = Caller(ADMIN, Role.ADMIN, "setup", NOW)
    set_slot_capacity(table, PARTY_DATE, start, capacity, admin)


def test_a_new_booking_is_returned_with_location_and_etag(call: Handlers) -> None:
    answer = book(call)

    assert answer.status == 201
    booking_id = answer.body["booking_id"]
    assert answer.headers["Location"] == f"bookings/{booking_id}"
    assert answer.headers["ETag"] == '"1"'
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.body == {
        "booking_id": booking_id,
        "version": 1,
        "status": "pending",
        "payment_status": "awaiting_payment",
        "customer_id": CUSTOMER,
        "date": "2026-12-24",
        "time": "18:00",
        "timezone": "America/Los_Angeles",
        "starts_at": "2026-12-25T02:00:00Z",
        "guests": 12,
        "adults": 12,
        "children": 0,
        "toddlers": 0,
        "menu": {"upgrades": {}, "add_ons": {}},
        "venue": {
            "address_line1": "2100 Ocean Front Walk",
            "city": "Venice",
            "state": "CA",
            "postal_code": "90291",
        },
        "contact": {"name": "Aiko Tanaka", "email": "aiko@example.com", "phone": "+13105550142"},
        "special_requests": "",
        "travel_confirmed": False,
        "price": {
            "lines": [
                {
                    "code": "adult",
                    "description": "Adult (13 and over)",
                    "quantity": 12,
                    "unit_amount": 5500,
                    "amount": 66000,
                },
                {
                    "code": "travel",
                    "description": "Travel beyond 30 miles",
                    "quantity": 0,
                    "unit_amount": 200,
                    "amount": 0,
                },
            ],
            "subtotal": 66000,
            "travel_fee": 0,
            "tax": 5445,
            "total": 71445,
            "deposit_due": 10000,
            "balance_due": 61445,
            "amount_paid": 0,
            "amount_refunded": 0,
            "currency": "usd",
        },
        "policy_version": "2026-11",
        "payment_due_at": "2026-11-24T18:00:00Z",
        "balance_due_at": "2026-12-18T02:00:00Z",
        "created_at": "2026-11-23T18:00:00Z",
        "updated_at": "2026-11-23T18:00:00Z",
    }


def test_the_returned_booking_is_the_stored_one(call: Handlers) -> None:
    created = book(call)

    assert call("getBooking", booking_id=created.body["booking_id"]).body == created.body


def test_every_field_of_a_booking_request_is_kept(call: Handlers) -> None:
    answer = book(
        call,
        guests=12,
        adults=8,
        children=3,
        toddlers=1,
        menu={"upgrades": {"lobster_tail": 2}, "add_ons": {"gyoza": 12}},
        venue=booking_body()["venue"] | {"address_line2": "Roof", "state": "ca"},
        special_requests="Nuts: none.\nDoor code: 12\tleft",
    ).body

    assert (answer["adults"], answer["children"], answer["toddlers"]) == (8, 3, 1)
    assert answer["menu"] == {"upgrades": {"lobster_tail": 2}, "add_ons": {"gyoza": 12}}
    assert answer["venue"]["address_line2"] == "Roof"
    assert answer["venue"]["state"] == "CA"
    assert answer["special_requests"] == "Nuts: none.\nDoor code: 12\tleft"
    assert {line["code"]: line["amount"] for line in answer["price"]["lines"]} == {
        "adult": 44000,
        "child": 9000,
        "toddler": 0,
        "lobster_tail": 3000,
        "gyoza": 12000,
        "travel": 0,
    }


@pytest.mark.parametrize(
    ("party", "subtotal", "tax", "lines"),
    [
        pytest.param({"guests": 1}, 55000, 4538, {"minimum_spend": 49500}, id="one guest"),
        pytest.param({"guests": 10}, 55000, 4538, {}, id="exactly the minimum"),
        pytest.param({"guests": 50}, 275000, 22688, {"adult": 275000}, id="the most guests"),
        pytest.param(
            {"guests": 10, "menu": {"add_ons": {"edamame": 1}}},
            55500,
            4579,
            {"edamame": 500},
            id="an add-on counts towards the minimum",
        ),
    ],
)
def test_food_has_a_minimum_price_and_tax_is_rounded_half_up(
    call: Handlers, party: dict[str, Any], subtotal: int, tax: int, lines: dict[str, int]
) -> None:
    price = book(call, **party).body["price"]

    assert (price["subtotal"], price["tax"]) == (subtotal, tax)
    assert price["total"] == subtotal + tax == price["deposit_due"] + price["balance_due"]
    amounts = {line["code"]: line["amount"] for line in price["lines"]}
    assert lines.items() <= amounts.items()
    assert ("minimum_spend" in amounts) == ("minimum_spend" in lines)


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


class TestSlots:
    """A slot never holds more bookings than its capacity."""

    def test_a_taken_slot_is_refused_with_the_times_left(self, call: Handlers) -> None:
        book(call, time="15:00")
        book(call)

        refused = book(call, by=OTHER_CUSTOMER)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == ["12:00", "21:00"]

    def test_a_full_day_offers_no_other_times(self, call: Handlers) -> None:
        for start in CURRENT.start_times:
            assert book(call, time=f"{start:%H:%M}", by=ADMIN).status == 201

        refused = book(call, by=OTHER_CUSTOMER)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == []

    def test_only_times_with_enough_lead_time_are_offered(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        stored_booking(table)
        now.set(STARTS_AT - timedelta(hours=48))

        assert book(call).body["available_times"] == ["21:00"]

    def test_a_refused_booking_leaves_no_trace(self, call: Handlers, snapshot: Snapshot) -> None:
        book(call)
        before = snapshot()

        book(call, by=OTHER_CUSTOMER)

        assert snapshot() == before

    @pytest.mark.parametrize("capacity", [2, 3])
    def test_a_slot_takes_as_many_bookings_as_its_capacity(
        self, call: Handlers, table: Table, capacity: int
    ) -> None:
        set_capacity(table, capacity)

        answers = [book(call).status for _ in range(capacity + 1)]

        assert answers == [*[201] * capacity, 409]

    def test_a_closed_slot_takes_no_booking(self, call: Handlers, table: Table) -> None:
        set_capacity(table, 0)

        refused = book(call)

        assert refused.problem == (409, "slot_unavailable")
        assert refused.body["available_times"] == ["12:00", "15:00", "21:00"]

    def test_a_released_slot_can_be_booked_again(self, call: Handlers) -> None:
        first = book(call).body["booking_id"]
        call("cancelBooking", booking_id=first)

        assert book(call, by=OTHER_CUSTOMER).status == 201


class TestParty:
    """Guests, their split into age groups, and a menu that fits them."""

    @pytest.mark.parametrize("guests", [1, 50])
    def test_a_party_may_have_1_to_50_guests(self, call: Handlers, guests: int) -> None:
        assert book(call, guests=guests).body["guests"] == guests

    @pytest.mark.parametrize("guests", [0, 51])
    def test_a_party_of_0_or_51_guests_is_refused(self, call: Handlers, guests: int) -> None:
        refused = book(call, guests=guests)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["body /guests"]

    @pytest.mark.parametrize(
        ("split", "fault"),
        [
            pytest.param({"adults": 11}, "body /guests", id="too few"),
            pytest.param({"adults": 12, "children": 1}, "body /guests", id="too many"),
            pytest.param({"children": 1}, "body /guests", id="adults are not made up"),
            pytest.param({"adults": 0, "children": 12}, "body /adults", id="no adult"),
            pytest.param({"toddlers": 12}, "body /adults", id="toddlers only"),
        ],
    )
    def test_a_split_of_the_guests_adds_up_and_has_an_adult(
        self, call: Handlers, split: dict[str, Any], fault: str
    ) -> None:
        refused = book(call, **split)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == [fault]

    @pytest.mark.parametrize(
        ("menu", "fault"),
        [
            ({"upgrades": {"salmon": 13}}, "body /menu/upgrades/salmon"),
            ({"add_ons": {"gyoza": 13}}, "body /menu/add_ons/gyoza"),
            ({"add_ons": {"gyoza": 0}}, "body /menu/add_ons/gyoza"),
            ({"upgrades": {"wagyu": 1}}, "body /menu/upgrades/wagyu"),
        ],
    )
    def test_a_quantity_of_an_extra_is_1_to_the_number_of_guests(
        self, call: Handlers, menu: dict[str, Any], fault: str
    ) -> None:
        refused = book(call, menu=menu)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == [fault]

    def test_as_many_extras_as_guests_can_be_booked(self, call: Handlers) -> None:
        assert book(call, menu={"upgrades": {"salmon": 12}}).status == 201


class TestIdempotency:
    """The same key and body create one booking, however often they are sent."""

    def test_a_replay_returns_the_booking_of_the_first_request(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        first = book(call, key="k")
        before = snapshot()

        again = book(call, key="k")

        assert (again.status, again.body) == (201, first.body)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]
        assert snapshot() == before

    def test_a_replay_returns_the_booking_as_it_is_now(self, call: Handlers) -> None:
        first = book(call, key="k").body
        call("updateBooking", {"guests": 14}, booking_id=first["booking_id"])

        again = book(call, key="k")

        assert again.body["guests"] == 14
        assert again.headers["ETag"] == '"2"'

    def test_a_replay_after_cancelling_does_not_book_again(self, call: Handlers) -> None:
        first = book(call, key="k").body
        call("cancelBooking", booking_id=first["booking_id"])

        again = book(call, key="k")

        assert (again.status, again.body["status"]) == (201, "cancelled")
        assert book(call, by=OTHER_CUSTOMER).status == 201

    def test_a_replay_after_the_slot_was_rebooked_returns_the_first_booking(
        self, call: Handlers
    ) -> None:
        first = book(call, key="k").body
        call("cancelBooking", booking_id=first["booking_id"])
        book(call, by=OTHER_CUSTOMER)

        again = book(call, key="k")

        assert (again.status, again.body["booking_id"]) == (201, first["booking_id"])

    @pytest.mark.parametrize("ahead", [timedelta(hours=47), -timedelta(days=30)])
    def test_a_replay_succeeds_after_the_lead_time_has_passed(
        self, call: Handlers, now: Clock, ahead: timedelta
    ) -> None:
        first = book(call, key="k")
        now.set(STARTS_AT - ahead)

        again = book(call, key="k")

        assert (again.status, again.body) == (201, first.body)
        assert again.headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(hours=47)])
    def test_a_booking_with_a_used_key_and_another_body_is_refused(
        self, call: Handlers, now: Clock, snapshot: Snapshot, ahead: timedelta
    ) -> None:
        book(call, key="k")
        before = snapshot()
        now.set(STARTS_AT - ahead)

        assert book(call, key="k", guests=13).problem == (422, "idempotency_key_reused")
        assert snapshot() == before

    def test_two_callers_may_use_the_same_idempotency_key(self, call: Handlers) -> None:
        own = book(call, key="k").body
        other = book(call, key="k", by=OTHER_CUSTOMER, time="21:00").body

        assert own["booking_id"] != other["booking_id"]
        assert other["customer_id"] == OTHER_CUSTOMER

    def test_a_replay_may_order_and_space_its_json_differently(self, call: Handlers) -> None:
        body = booking_body()
        first = call("createBooking", json.dumps(body), headers={"Idempotency-Key": "k"})
        shuffled = json.dumps(dict(reversed(body.items())), indent=3)

        again = call("createBooking", shuffled, headers={"Idempotency-Key": "k"})

        assert (again.status, again.body) == (201, first.body)

    def test_a_replay_may_escape_characters_differently(self, call: Handlers) -> None:
        body = booking_body(special_requests="寿司 🍣")
        first = call("createBooking", json.dumps(body), headers={"Idempotency-Key": "k"})
        plain = json.dumps(body, ensure_ascii=False)

        again = call("createBooking", plain, headers={"Idempotency-Key": "k"})

        assert (again.status, again.body) == (201, first.body)

    def test_the_key_of_a_refused_booking_may_be_used_again(self, call: Handlers) -> None:
        book(call, key="k", time="13:00")

        assert book(call, key="k").status == 201

    def test_a_booking_needs_an_idempotency_key(self, call: Handlers) -> None:
        refused = call("createBooking", booking_body(), headers={"Idempotency-Key": None})

        assert refused.problem == (400, "missing_parameter")
        assert refused.faults == ["header /Idempotency-Key"]

    @pytest.mark.parametrize("key", ["a", "!~#:._-", "x" * 255])
    def test_an_idempotency_key_is_1_to_255_visible_ascii_characters(
        self, call: Handlers, key: str
    ) -> None:
        assert book(call, key=key).status == 201

    @pytest.mark.parametrize("key", [" ", "a b", "x" * 256, "schlüssel", "a\n", "🍣"])
    def test_a_malformed_idempotency_key_is_refused(self, call: Handlers, key: str) -> None:
        refused = call("createBooking", booking_body(), headers={"Idempotency-Key": key})

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["header /Idempotency-Key"]


def test_an_admin_can_book_for_their_own_account(call: Handlers) -> None:
    assert book(call, by=ADMIN).body["customer_id"] == ADMIN


def test_a_new_booking_has_a_created_event_in_the_audit_trail(call: Handlers) -> None:
    created = book(call)

    trail = call("listBookingEvents", booking_id=created.body["booking_id"]).body

    assert trail["items"] == [
        {
            "version": 1,
            "type": "created",
            "at": "2026-11-23T18:00:00Z",
            "actor": {"id": CUSTOMER, "role": "customer"},
            "request_id": created.headers["X-Request-Id"],
            "gateway_request_id": created.headers["X-Request-Id"],  # the caller sent none
            "changes": [],
        }
    ]


@pytest.mark.parametrize("email", ["a@example..com", "a@example.com.", "<a@b.c>", "mailto:a@b.c"])
@pytest.mark.parametrize("operation", ["createBooking", "updateBooking"])
def test_a_contact_with_an_invalid_email_address_is_refused(
    call: Handlers, operation: str, email: str
) -> None:
    request = good_request(operation, call)
    contact = booking_body()["contact"] | {"email": email}

    answer = call(operation, **request | {"body": request["body"] | {"contact": contact}})

    assert answer.problem == (422, "validation_failed")
    assert answer.faults == ["body /contact/email"]

"""A new booking: its answer, its fields, and its event in the audit trail."""

import pytest
from tests.builders import ADMIN, CUSTOMER, booking_body, days_ahead
from tests.expected_bookings import NEW_BOOKING
from tests.functions.bookings.create_booking.requests import book
from tests.functions.cognito import stubbed
from tests.functions.example import Example, Given, Request
from tests.functions.given import stored_booking
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.provocations import Scene, body, reused_key
from tests.functions.requests import good_request
from tests.store.faults import lost_request

from teppan.domain.policy import CURRENT


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


def test_a_new_booking_is_returned_with_location_and_etag(call: Handlers) -> None:
    answer = book(call)

    assert answer.status == 201
    booking_id = answer.body["booking_id"]
    assert answer.headers["Location"] == f"bookings/{booking_id}"
    assert answer.headers["ETag"] == '"1"'
    assert "Idempotency-Replayed" not in answer.headers
    assert answer.body == {"booking_id": booking_id, **NEW_BOOKING}


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

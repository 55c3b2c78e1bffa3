"""Staff book for a customer: it is the customer's booking, and the trail says who made it (§4)."""

import uuid
from typing import Any

import pytest
from tests.builders import ADMIN, CUSTOMER, booking_body
from tests.functions.cognito import emulated, stubbed
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.money import Till
from tests.functions.people import Person, confirmed, id_of, invited, registered
from tests.store.faults import Fault, lost_request, refused

from teppan.store import keys
from teppan.store.table import Table


@pytest.fixture
def customer() -> str:
    """The account of somebody who has called."""
    use_cognito()
    return id_of(confirmed())


def book_for(call: Handlers, customer: str, by: str = ADMIN, **request: Any) -> Answer:
    body = booking_body(customer_id=customer, **request.pop("wishes", {}))
    return call("createBooking", body, by=by, **request)


def test_the_booking_is_the_customers(call: Handlers, customer: str) -> None:
    answer = book_for(call, customer)

    assert answer.status == 201, answer.body
    assert answer.body["customer_id"] == customer
    booking_id = answer.body["booking_id"]
    assert call("getBooking", booking_id=booking_id, by=customer).status == 200
    [listed] = call("listBookings", by=customer).body["items"]
    assert listed["booking_id"] == booking_id


def test_who_pays_and_cancels_it(call: Handlers, till: Till, customer: str) -> None:
    booking_id = book_for(call, customer).body["booking_id"]
    wanted = {"booking_id": booking_id, "payment_type": "deposit"}

    opened = call("createPaymentIntent", wanted, by=customer)
    assert opened.status == 201, opened.body
    intent = opened.body["payment_intent_id"]
    call.stripe.pay(intent)
    paid = call("confirmPayment", {"payment_intent_id": intent}, by=customer)

    assert (paid.status, paid.body["booking_status"]) == (200, "confirmed")
    assert call("listPayments", booking_id=booking_id, by=customer).status == 200
    assert call("quoteCancellation", booking_id=booking_id, by=customer).status == 200
    ended = call("cancelBooking", booking_id=booking_id, by=customer)
    assert (ended.status, ended.body["cancelled_by"]) == (200, "customer")


def test_the_trail_names_both(call: Handlers, table: Table, customer: str) -> None:
    booking_id = book_for(call, customer).body["booking_id"]

    [told] = call("listBookingEvents", booking_id=booking_id, by=ADMIN).body["items"]
    assert told["actor"] == {"id": ADMIN, "role": "admin"}
    [shown] = call("listBookingEvents", booking_id=booking_id, by=customer).body["items"]
    assert shown["actor"] == {"role": "staff"}
    stored = table.get(keys.event(booking_id, 1))
    assert stored
    assert (stored["actor_id"], stored["customer_id"]) == (ADMIN, customer)


def test_without_a_customer_it_is_the_admins_own(call: Handlers) -> None:
    assert call("createBooking", booking_body(), by=ADMIN).body["customer_id"] == ADMIN


@pytest.mark.parametrize("named", [CUSTOMER, ADMIN])
def test_a_customer_names_nobody_not_even_himself(
    call: Handlers, snapshot: Snapshot, named: str
) -> None:
    answer = book_for(call, named, by=CUSTOMER)

    assert answer.problem == (403, "forbidden")
    assert snapshot() == []


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(lambda: str(uuid.uuid4()), id="nobody"),
        pytest.param(lambda: id_of(registered()), id="somebody who has not confirmed"),
        pytest.param(lambda: "Aiko", id="no id"),
        pytest.param(lambda: confirmed().email, id="an address"),
        pytest.param(lambda: id_of(confirmed()).upper(), id="in capitals"),
    ],
)
def test_the_account_must_be_there_and_confirmed(
    call: Handlers, snapshot: Snapshot, named: Any
) -> None:
    use_cognito()

    answer = book_for(call, named())

    assert answer.problem == (422, "validation_failed")
    assert answer.faults == ["body /customer_id"]
    assert snapshot() == []


def test_an_account_made_by_staff_is_one(call: Handlers) -> None:
    use_cognito()

    assert book_for(call, id_of(invited())).status == 201


def test_the_same_key_makes_one_booking_also_once_the_account_is_gone(
    call: Handlers, customer: str
) -> None:
    key: dict[str, str | None] = {"Idempotency-Key": "call-7"}
    first = book_for(call, customer, headers=key)

    again = book_for(call, customer, headers=key)
    with stubbed("AdminGetUser", refused("UserNotFoundException")):
        later = book_for(call, customer, headers=key)

    for each in (again, later):
        assert (each.status, each.body) == (201, first.body)
        assert each.headers["Idempotency-Replayed"] == "true"


def test_the_same_key_for_another_customer_is_another_request(
    call: Handlers, customer: str
) -> None:
    key: dict[str, str | None] = {"Idempotency-Key": "call-7"}
    book_for(call, customer, headers=key)

    assert book_for(call, id_of(confirmed()), headers=key).problem == (
        422,
        "idempotency_key_reused",
    )


@pytest.mark.parametrize(
    "fault",
    [lost_request, refused("TooManyRequestsException"), refused("InternalErrorException", 500)],
)
def test_a_cognito_that_fails_books_nothing(
    call: Handlers, snapshot: Snapshot, customer: str, fault: Fault
) -> None:
    with stubbed("AdminGetUser", fault):
        answer = book_for(call, customer)

    assert answer.problem == (503, "identity_unavailable")
    assert snapshot() == []


def test_whoever_books_for_themselves_asks_cognito_nothing(call: Handlers) -> None:
    use_cognito()

    with stubbed("*", lost_request) as faults:
        assert call("createBooking", booking_body(), by=CUSTOMER).status == 201
        assert call("createBooking", booking_body(time="12:00"), by=ADMIN).status == 201

    assert len(faults.pending) == 1


class TestLimits:
    def test_hold_for_the_customer_and_not_for_staff(self, call: Handlers, customer: str) -> None:
        for start in ("12:00", "15:00", "18:00", "21:00"):
            assert book_for(call, customer, booking_request={"time": start}).status == 201

        own = call("createBooking", booking_body(date="2026-12-25"), by=customer)

        assert own.problem == (409, "too_many_pending_bookings")


def test_somebody_who_registers_later_can_be_booked_for_then(call: Handlers) -> None:
    use_cognito()
    person = Person()
    late = id_of(registered(email=person.email, password=person.password))
    assert book_for(call, late).status == 422
    emulated().client.admin_confirm_sign_up(UserPoolId=emulated().pool_id, Username=person.email)

    assert book_for(call, late).status == 201

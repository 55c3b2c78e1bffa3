"""Staff book for a customer: the booking is the customer's, the audit trail names staff.

See `domain.md §4`.
"""

import uuid
from typing import Any

import pytest
from tests.builders import ADMIN, CUSTOMER, booking_body
from tests.functions.cognito import emulated, stubbed
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.payment_steps import PaymentSteps
from tests.functions.people import Person, confirmed, id_of, invited, registered
from tests.store.faults import Fault, lost_request, refused

from teppan.store import keys
from teppan.store.table import Table


@pytest.fixture
def customer() -> str:
    """The account of a customer who booked by phone."""
    use_cognito()
    return id_of(confirmed())


def book_for(call: Handlers, customer: str, by: str = ADMIN, **request: Any) -> Answer:
    body = booking_body(customer_id=customer, **request.pop("booking_request", {}))
    return call("createBooking", body, by=by, **request)


def test_a_booking_made_by_staff_belongs_to_the_customer(call: Handlers, customer: str) -> None:
    answer = book_for(call, customer)

    assert answer.status == 201, answer.body
    assert answer.body["customer_id"] == customer
    booking_id = answer.body["booking_id"]
    assert call("getBooking", booking_id=booking_id, by=customer).status == 200
    [listed] = call("listBookings", by=customer).body["items"]
    assert listed["booking_id"] == booking_id


def test_a_customer_can_pay_and_cancel_a_booking_made_by_staff(
    call: Handlers, steps: PaymentSteps, customer: str
) -> None:
    booking_id = book_for(call, customer).body["booking_id"]
    payment_request = {"booking_id": booking_id, "payment_type": "deposit"}

    payment = call("createPaymentIntent", payment_request, by=customer)
    assert payment.status == 201, payment.body
    intent = payment.body["payment_intent_id"]
    call.stripe.pay(intent)
    confirmation = call("confirmPayment", {"payment_intent_id": intent}, by=customer)

    assert (confirmation.status, confirmation.body["booking_status"]) == (200, "confirmed")
    assert call("listPayments", booking_id=booking_id, by=customer).status == 200
    assert call("quoteCancellation", booking_id=booking_id, by=customer).status == 200
    cancelled = call("cancelBooking", booking_id=booking_id, by=customer)
    assert (cancelled.status, cancelled.body["cancelled_by"]) == (200, "customer")


def test_the_audit_trail_names_staff_as_actor_and_the_customer(
    call: Handlers, table: Table, customer: str
) -> None:
    booking_id = book_for(call, customer).body["booking_id"]

    [event_for_staff] = call("listBookingEvents", booking_id=booking_id, by=ADMIN).body["items"]
    assert event_for_staff["actor"] == {"id": ADMIN, "role": "admin"}
    [event_for_customer] = call("listBookingEvents", booking_id=booking_id, by=customer).body[
        "items"
    ]
    assert event_for_customer["actor"] == {"role": "staff"}
    item = table.get(keys.event(booking_id, 1))
    assert item
    assert (item["actor_id"], item["customer_id"]) == (ADMIN, customer)


def test_a_booking_by_staff_without_a_customer_is_their_own(call: Handlers) -> None:
    assert call("createBooking", booking_body(), by=ADMIN).body["customer_id"] == ADMIN


@pytest.mark.parametrize("account", [CUSTOMER, ADMIN])
def test_a_customer_may_not_name_a_customer(
    call: Handlers, snapshot: Snapshot, account: str
) -> None:
    answer = book_for(call, account, by=CUSTOMER)

    assert answer.problem == (403, "forbidden")
    assert snapshot() == []


@pytest.mark.parametrize(
    "account",
    [
        pytest.param(lambda: str(uuid.uuid4()), id="unknown account"),
        pytest.param(lambda: id_of(registered()), id="unconfirmed account"),
        pytest.param(lambda: "Aiko", id="malformed id"),
        pytest.param(lambda: confirmed().email, id="e-mail address"),
        pytest.param(lambda: id_of(confirmed()).upper(), id="id in capitals"),
    ],
)
def test_the_account_booked_for_must_exist_and_be_confirmed(
    call: Handlers, snapshot: Snapshot, account: Any
) -> None:
    use_cognito()

    answer = book_for(call, account())

    assert answer.problem == (422, "validation_failed")
    assert answer.faults == ["body /customer_id"]
    assert snapshot() == []


def test_staff_can_book_for_an_account_that_staff_made(call: Handlers) -> None:
    use_cognito()

    assert book_for(call, id_of(invited())).status == 201


def test_a_replayed_booking_does_not_need_the_account(call: Handlers, customer: str) -> None:
    key: dict[str, str | None] = {"Idempotency-Key": "call-7"}
    first = book_for(call, customer, headers=key)

    again = book_for(call, customer, headers=key)
    with stubbed("AdminGetUser", refused("UserNotFoundException")):
        later = book_for(call, customer, headers=key)

    for each in (again, later):
        assert (each.status, each.body) == (201, first.body)
        assert each.headers["Idempotency-Replayed"] == "true"


def test_an_idempotency_key_with_another_customer_is_refused(call: Handlers, customer: str) -> None:
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
def test_a_failure_of_cognito_books_nothing(
    call: Handlers, snapshot: Snapshot, customer: str, fault: Fault
) -> None:
    with stubbed("AdminGetUser", fault):
        answer = book_for(call, customer)

    assert answer.problem == (503, "identity_unavailable")
    assert snapshot() == []


def test_a_booking_for_oneself_does_not_call_cognito(call: Handlers) -> None:
    use_cognito()

    with stubbed("*", lost_request) as faults:
        assert call("createBooking", booking_body(), by=CUSTOMER).status == 201
        assert call("createBooking", booking_body(time="12:00"), by=ADMIN).status == 201

    assert len(faults.pending) == 1


class TestLimits:
    def test_the_booking_limits_count_for_the_customer_and_not_for_staff(
        self, call: Handlers, customer: str
    ) -> None:
        for start in ("12:00", "15:00", "18:00", "21:00"):
            assert book_for(call, customer, booking_request={"time": start}).status == 201

        own = call("createBooking", booking_body(date="2026-12-25"), by=customer)

        assert own.problem == (409, "too_many_pending_bookings")


def test_an_account_can_be_booked_for_once_it_is_confirmed(call: Handlers) -> None:
    use_cognito()
    person = Person()
    account_id = id_of(registered(email=person.email, password=person.password))
    assert book_for(call, account_id).status == 422
    emulated().client.admin_confirm_sign_up(UserPoolId=emulated().pool_id, Username=person.email)

    assert book_for(call, account_id).status == 201

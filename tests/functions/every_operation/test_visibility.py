"""The fields of each record that each role may read (`domain.md §8`).

Staff write canaries into every field that they may set; then each role calls every operation. A new
field of the contract fails here until its operation declares that everybody may read it, or one of
the tables below restricts it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
from tests.builders import ADMIN, booking_body
from tests.contract.documents import JSON, resolved
from tests.functions import contract
from tests.functions.example import declared, example_of
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.payment_steps import PaymentSteps
from tests.functions.people import confirmed, id_of
from tests.functions.requests import good_request

from teppan.domain.bookings.booking import Booking
from teppan.store.bookings import bookings

REQUEST: Final = "c0ffee00-0000-4000-8000-c0ffee000000"
KEY: Final = "canary-key"
REFUND: Final = "canary: this customer is a nuisance"
CANCELLATION: Final = "canary: never again"
CANARIES: Final = (ADMIN, REQUEST, KEY, REFUND, CANCELLATION)

WRITTEN_FOR_STAFF: Final = {"CancelBooking.reason", "RefundPayment.reason"}
"""The texts in requests that staff write for staff, in addition to headers."""

AUTHORS: Final = {"CancellationRecord.by", "Cancellation.cancelled_by", "Actor.role"}
"""The fields in which customers read `staff` for `admin`."""

STAFF_ONLY: Final = {
    "CancellationRecord.reason",
    "Cancellation.reason",
    "BookingEvent.reason",
    "BookingEvent.request_id",
    "Actor.id",
    "Refund.reason",
}
"""Fields that customers do not read if staff wrote them."""

OF_STAFFS_REQUESTS: Final = {"BookingEvent.gateway_request_id"}
"""Fields that customers do not read if staff acted, although they are not written by a person."""


def fields(table: Mapping[str, str]) -> set[str]:
    return {f"{name}.{field}" for name, listed in table.items() for field in listed.split()}


def read_by_everybody() -> set[str]:
    """Return the fields that every reader of the record may read, as the operations declare.

    The reasons in a ledger are texts of our own.
    """
    return {field for each in declared() for field in fields(example_of(each).reads)}


def written_about_the_party() -> set[str]:
    """Return the texts about the party and its payment, which its customer may read."""
    return {field for each in declared() for field in fields(example_of(each).texts)}


def answered(operation: str) -> set[str]:
    """Return every field of every successful answer of an operation, by its schema."""
    return {
        field
        for status, media_type, content in contract.OPERATIONS[operation].contents
        if status.startswith("2") and media_type == JSON
        for field, _ in members(content["schema"])
    }


def texts_of_staff(operation: str) -> set[str]:
    """Return the texts that staff may send, except those about their own account."""
    spec = contract.OPERATIONS[operation]
    if "admin" not in spec.roles or is_about_accounts(operation):
        return set()
    return {
        name
        for status, _, content in spec.contents
        if not status
        for name, schema in members(content["schema"])
        if schema.get("type") == "string"
    }


def fields_first_in(operation: str, fields_of: Callable[[str], set[str]]) -> set[str]:
    """Return the fields of an operation that no earlier one has, so that each is tested once."""
    earlier = declared()[: declared().index(operation)]
    return fields_of(operation).difference(*map(fields_of, earlier))


def is_about_accounts(operation: str) -> bool:
    return "/auth/" in contract.OPERATIONS[operation].path


PERMITTED: Final = [
    each
    for each in declared()
    if "customer" in contract.OPERATIONS[each].roles and not is_about_accounts(each)
]
"""The operations on bookings that customers may call."""


def line_to_write(operation: str, name: str, unclassified: set[str]) -> str:
    """Return the line that classifies the fields in the operation's declaration."""
    by_schema: dict[str, list[str]] = {}
    for each in sorted(unclassified):
        schema, _, field = each.partition(".")
        by_schema.setdefault(schema, []).append(field)
    table = {schema: " ".join(listed) for schema, listed in by_schema.items()}
    return (
        f"Who may read these? Write into OPERATION of {contract.own_test_file(operation)}, or into "
        f"one of the tables of this file:\n\n    {name}={table!r},\n"
    )


def members(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field of a schema, at any depth, with its schema."""
    name, schema = schema.get("$ref", "").rpartition("/")[2], resolved(schema)
    if schema.get("type") == "array":
        yield from members(schema["items"])
    for field, below in schema.get("properties", {}).items():
        yield f"{name}.{field}", resolved(below)
        yield from members(below)


def values(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the plain values of an answer, each with its field name as in `members`."""
    name, schema = schema.get("$ref", "").rpartition("/")[2], resolved(schema)
    if isinstance(value, list):
        for each in value:
            yield from values(schema["items"], each)
    elif isinstance(value, dict):
        for field, below in value.items():
            inner = schema["properties"][field]
            if isinstance(below, dict | list):
                yield from values(inner, below)
            else:
                yield f"{name}.{field}", below


def plain_values(answer: Answer) -> list[tuple[str, Any]]:
    """Return the plain values of a successful answer, by field."""
    content = resolved(contract.OPERATIONS[answer.operation].spec["responses"][str(answer.status)])
    return list(values(content["content"][JSON]["schema"], answer.body))


@pytest.fixture
def customer() -> str:
    """The account of a customer for whom staff send every request."""
    use_cognito()
    return id_of(confirmed())


def by_staff(call: Handlers, operation: str, body: Any = None, **request: Any) -> Answer:
    """Send a request by staff with canaries in its headers."""
    sent: dict[str, str | None] = {"X-Request-Id": REQUEST}
    if "Idempotency-Key" in contract.parameters(operation, "header"):
        sent["Idempotency-Key"] = KEY
    answer = call(operation, body, by=ADMIN, headers=sent, **request)
    assert answer.status < 300, answer.body
    return answer


def live_booking(call: Handlers, customer: str) -> Booking:
    """Return a paid, live booking in which staff have written every field that they may."""
    booking_request = {"date": "2026-12-24", "time": "18:00", "customer_id": customer}
    made = by_staff(call, "createBooking", booking_body(**booking_request)).body["booking_id"]
    by_staff(call, "setSlotCapacity", {"capacity": 2}, date="2026-12-24", time="18:00")
    by_staff(call, "updateBooking", {"guests": 13, "travel_miles": 31}, booking_id=made)
    payment_request = {"booking_id": made, "payment_type": "deposit"}
    intent = by_staff(call, "createPaymentIntent", payment_request).body["payment_intent_id"]
    call.stripe.pay(intent)
    by_staff(call, "confirmPayment", {"payment_intent_id": intent})
    by_staff(call, "refundPayment", {"booking_id": made, "amount": 500, "reason": REFUND})
    found = bookings.find(call.table, made)
    assert found
    return found


def cancelled_booking(call: Handlers, customer: str) -> Booking:
    """Return such a booking after staff have cancelled it."""
    made = live_booking(call, customer)
    override = {"reason": CANCELLATION, "refund_percentage": 0}
    by_staff(call, "cancelBooking", override, booking_id=made.id)
    return made


def send(call: Handlers, operation: str, booking: Booking, by: str) -> Answer:
    """Send a good request for the booking."""
    if operation == "confirmPayment":
        request = {"body": {"payment_intent_id": next(iter(booking.payments))}}
    else:
        request = good_request(operation, call, booking)
    return call(operation, **request | {"by": by})


@pytest.mark.parametrize("operation", declared())
def test_every_field_of_an_answer_is_classified(operation: str) -> None:
    classified = read_by_everybody() | AUTHORS | STAFF_ONLY | OF_STAFFS_REQUESTS
    unclassified = fields_first_in(operation, answered) - classified

    assert not unclassified, line_to_write(operation, "reads", unclassified)


@pytest.mark.parametrize("operation", declared())
def test_every_text_that_staff_may_send_is_classified(operation: str) -> None:
    texts = fields_first_in(operation, texts_of_staff)
    unclassified = texts - written_about_the_party() - WRITTEN_FOR_STAFF

    assert not unclassified, line_to_write(operation, "texts", unclassified)


def test_every_classified_field_exists_and_has_one_class() -> None:
    for_some = [AUTHORS, STAFF_ONLY, OF_STAFFS_REQUESTS]
    answers = {field for each in declared() for field in answered(each)}
    texts = {field for each in declared() for field in texts_of_staff(each)}

    assert read_by_everybody().union(*for_some) <= answers
    assert not read_by_everybody() & set().union(*for_some)
    assert written_about_the_party() | WRITTEN_FOR_STAFF <= texts
    assert not written_about_the_party() & WRITTEN_FOR_STAFF


@pytest.mark.parametrize("scene", [live_booking, cancelled_booking])
@pytest.mark.parametrize("operation", PERMITTED)
def test_no_answer_shows_a_customer_what_staff_wrote_for_staff(
    call: Handlers,
    customer: str,
    operation: str,
    scene: Callable[[Handlers, str], Booking],
) -> None:
    booking = scene(call, customer)

    answer = send(call, operation, booking, by=customer)

    shown = f"{answer.headers} {answer.body}"
    assert [canary for canary in CANARIES if canary in shown] == []
    if answer.status < 300:
        assert {value for field, value in plain_values(answer) if field in AUTHORS} <= {
            "customer",
            "staff",
            "system",
        }


def test_each_operation_succeeds_for_a_customer_in_one_of_the_scenes(
    call: Handlers, customer: str
) -> None:
    """Makes sure that the test above checks successful answers, not only refusals."""
    booking = live_booking(call, customer)

    refused = {
        operation: answer.problem
        for operation in sorted(PERMITTED, key=lambda name: name == "cancelBooking")
        if (answer := send(call, operation, booking, by=customer)).status >= 300
    }

    assert refused == {}


def test_staff_read_the_canaries_in_the_staff_fields_alone(call: Handlers, customer: str) -> None:
    # Given
    booking = cancelled_booking(call, customer)

    # When
    for operation in ("getBooking", "listBookingEvents", "listPayments", "listBookings"):
        send(call, operation, booking, by=ADMIN)

    # Then
    shown = [each for answer in call.answers for each in plain_values(answer)]
    found = {(field, value) for field, value in shown if value in {*CANARIES, "admin"}}
    assert {field for field, _ in found} == STAFF_ONLY | AUTHORS
    assert {value for _, value in found} == {ADMIN, REQUEST, REFUND, CANCELLATION, "admin"}


def test_a_customer_reads_staff_as_the_author(call: Handlers, customer: str) -> None:
    booking = cancelled_booking(call, customer)

    trail = call("listBookingEvents", booking_id=booking.id, by=customer).body["items"]
    shown = call("getBooking", booking_id=booking.id, by=customer).body

    assert {str(event["actor"]) for event in trail} == {"{'role': 'staff'}"}
    assert [event["type"] for event in trail if "gateway_request_id" in event] == []
    assert shown["cancellation"]["by"] == "staff"
    assert "reason" not in shown["cancellation"]


def test_customers_read_what_they_wrote(call: Handlers, customer: str) -> None:
    booking = live_booking(call, customer)
    request = {"body": {"reason": "We found another date."}, "booking_id": booking.id}

    answer = call("cancelBooking", **request, by=customer)

    assert (answer.body["cancelled_by"], answer.body["reason"]) == (
        "customer",
        "We found another date.",
    )
    last = call("listBookingEvents", booking_id=booking.id, by=customer).body["items"][-1]
    assert last["actor"] == {"id": customer, "role": "customer"}
    assert last["request_id"]


def test_stripe_gets_no_text_that_staff_wrote(
    call: Handlers, steps: PaymentSteps, customer: str
) -> None:
    """Stripe may show its data in the dashboard, in receipts, and to the customer's bank."""
    cancelled_booking(call, customer)
    steps.follow_up()

    known = {
        kind: call.stripe.all_objects(kind) for kind in ("payment_intents", "charges", "refunds")
    }

    assert all(known.values())
    assert [canary for canary in CANARIES if canary in str(known)] == []

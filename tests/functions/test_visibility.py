"""What each role reads of each record, field by field (`domain.md §8`).

Staff leave canaries wherever they may write; then every operation answers each reader. A field that
is new in the contract fails here until it is said who may read it.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from tests.builders import ADMIN, booking_body
from tests.contract.documents import JSON, resolved
from tests.functions import contract
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.money import Till
from tests.functions.people import confirmed, id_of
from tests.functions.requests import good_request

from teppan.domain.bookings.booking import Booking
from teppan.domain.policy import CURRENT
from teppan.store.bookings import bookings

REQUEST: Final = "c0ffee00-0000-4000-8000-c0ffee000000"
KEY: Final = "canary-key"
REFUND: Final = "canary: this customer is a nuisance"
CANCELLATION: Final = "canary: never again"
CANARIES: Final = (ADMIN, REQUEST, KEY, REFUND, CANCELLATION)

WRITTEN_FOR_STAFF: Final = {"CancelBooking.reason", "RefundPayment.reason"}
"""The texts in requests that staff write for staff, beside the headers of each."""

WRITTEN_ABOUT_THE_PARTY: Final = {
    "CreateBooking": "date time special_requests customer_id",
    "UpdateBooking": "date time special_requests status",
    "CreatePaymentIntent": "booking_id payment_type",
    "ConfirmPayment": "payment_intent_id",
    "RefundPayment": "booking_id",
    "Venue": "address_line1 address_line2 city state postal_code",
    "Contact": "name email phone",
    "CreateQuote": "date time",
}
"""The other texts: of the party and its payment, whoever writes them; its customer reads them."""

AUTHORS: Final = {"CancellationRecord.by", "Cancellation.cancelled_by", "Actor.role"}
"""Where `admin` is `staff` to customers."""

STAFF_ONLY: Final = {
    "CancellationRecord.reason",
    "Cancellation.reason",
    "BookingEvent.reason",
    "BookingEvent.request_id",
    "Actor.id",
    "Refund.reason",
}
"""What customers do not read where staff wrote it."""

OF_STAFFS_REQUESTS: Final = {"BookingEvent.gateway_request_id"}
"""What customers do not read where staff acted, though nobody wrote it."""

EVERYBODY: Final = {
    "Booking": "booking_id version status payment_status customer_id date time timezone starts_at"
    " guests adults children toddlers menu venue contact special_requests travel_miles"
    " travel_confirmed price policy_version payment_due_at balance_due_at refund_percentage"
    " refund_limit cancellation created_at updated_at",
    "BookedMenu": "upgrades add_ons",
    "Upgrades": " ".join(CURRENT.upgrade_prices),
    "AddOns": " ".join(CURRENT.add_on_prices),
    "Venue": "address_line1 address_line2 city state postal_code",
    "Contact": "name email phone",
    "Price": "lines subtotal travel_fee tax total deposit_due balance_due amount_paid"
    " amount_refunded currency",
    "PriceLine": "code description quantity unit_amount amount",
    "CancellationRecord": "cancelled_at refund_amount refund_percentage",
    "BookingList": "items next_cursor",
    "BookingSummary": "booking_id version status payment_status customer_id date time timezone"
    " starts_at guests total created_at",
    "Cancellation": "booking_id version status cancelled_at refund_amount refund_percentage"
    " refund_status estimated_refund_date currency",
    "CancellationQuote": "booking_id refund_base refund_percentage refund_amount currency"
    " quoted_at valid_until",
    "BookingEventList": "items next_cursor",
    "BookingEvent": "version type at actor changes entries",
    "EventEntry": "kind amount",
    "FieldChange": "field from to",
    "PaymentIntent": "payment_intent_id client_secret booking_id payment_type amount currency"
    " status",
    "PaymentConfirmation": "payment_intent_id payment_type status amount currency booking_id"
    " version booking_status payment_status",
    "Payments": "booking_id version booking_status payment_status total deposit_due balance_due"
    " currency balance payments entries",
    "Balance": "captured refunded refund_owed refund_sent disputed lost refundable paid",
    "PaymentAttempt": "payment_type attempt amount status payment_intent_id created_at",
    "LedgerEntry": "reference kind amount at payment_intent_id refund dispute reason",
    "Refund": "refund_id booking_id version amount currency refund_status created_at"
    " estimated_refund_date",
    "Availability": "from to timezone slots",
    "SlotAvailability": "date time starts_at capacity remaining available reason",
    "SlotCapacity": "date time capacity booked remaining",
    "WebhookEventList": "items next_cursor",
    "WebhookEvent": "event_id source type status error attempts created_at received_at handled_at"
    " payment_intent_id size raw_kept",
    "Quote": "policy_version guests adults children toddlers price travel_confirmed payment_terms",
    "PaymentTerms": "confirmed_by",
    "Accepted": "status detail",
    "Tokens": "access_token id_token refresh_token token_type expires_in",
    "Account": "user_id email email_verified role mfa_enabled",
    "Health": "status service version stage",
    "DatabaseHealth": "status",
}
"""What whoever gets the record reads whole. The reasons of a ledger are words of our own."""

PERMITTED: Final = [
    name
    for name, operation in contract.OPERATIONS.items()
    if "customer" in operation.roles and not operation.path.startswith("/api/v1/auth/")
]
"""The operations on bookings that customers may call."""


def fields(table: dict[str, str]) -> set[str]:
    return {f"{name}.{field}" for name, listed in table.items() for field in listed.split()}


def answered() -> set[str]:
    """Return every field of every good answer of the contract, by its schema."""
    found: set[str] = set()
    for operation in contract.OPERATIONS.values():
        for status, media_type, content in operation.contents:
            if status.startswith("2") and media_type == JSON:
                found |= {field for field, _ in declared(content["schema"])}
    return found


def declared(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the fields that a schema declares at any depth, and the schema of each."""
    name, schema = schema.get("$ref", "").rpartition("/")[2], resolved(schema)
    if schema.get("type") == "array":
        yield from declared(schema["items"])
    for field, below in schema.get("properties", {}).items():
        yield f"{name}.{field}", resolved(below)
        yield from declared(below)


def values(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the plain values of an answer, each with its field as `declared` names it."""
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


def told(answer: Answer) -> list[tuple[str, Any]]:
    """Return the plain values of a good answer, by field."""
    content = resolved(contract.OPERATIONS[answer.operation].spec["responses"][str(answer.status)])
    return list(values(content["content"][JSON]["schema"], answer.body))


@pytest.fixture
def customer() -> str:
    """The account of a customer for whom staff do everything."""
    use_cognito()
    return id_of(confirmed())


def by_staff(call: Handlers, operation: str, body: Any = None, **request: Any) -> Answer:
    """Let staff do something, with their canaries in its headers."""
    sent: dict[str, str | None] = {"X-Request-Id": REQUEST}
    if "Idempotency-Key" in contract.parameters(operation, "header"):
        sent["Idempotency-Key"] = KEY
    answer = call(operation, body, by=ADMIN, headers=sent, **request)
    assert answer.status < 300, answer.body
    return answer


def live(call: Handlers, customer: str) -> Booking:
    """Return a paid booking in which staff have written whatever they may, while it is live."""
    booking_request = {"date": "2026-12-24", "time": "18:00", "customer_id": customer}
    made = by_staff(call, "createBooking", booking_body(**booking_request)).body["booking_id"]
    by_staff(call, "setSlotCapacity", {"capacity": 2}, date="2026-12-24", time="18:00")
    by_staff(call, "updateBooking", {"guests": 13, "travel_miles": 31}, booking_id=made)
    wanted = {"booking_id": made, "payment_type": "deposit"}
    intent = by_staff(call, "createPaymentIntent", wanted).body["payment_intent_id"]
    call.stripe.pay(intent)
    by_staff(call, "confirmPayment", {"payment_intent_id": intent})
    by_staff(call, "refundPayment", {"booking_id": made, "amount": 500, "reason": REFUND})
    found = bookings.find(call.table, made)
    assert found
    return found


def ended(call: Handlers, customer: str) -> Booking:
    """Return such a booking, cancelled by staff."""
    made = live(call, customer)
    override = {"reason": CANCELLATION, "refund_percentage": 0}
    by_staff(call, "cancelBooking", override, booking_id=made.id)
    return made


def ask(call: Handlers, operation: str, booking: Booking, by: str) -> Answer:
    """Send a good request about the booking."""
    if operation == "confirmPayment":
        request = {"body": {"payment_intent_id": next(iter(booking.payments))}}
    else:
        request = good_request(operation, call, booking)
    return call(operation, **request | {"by": by})


def test_every_field_of_every_answer_is_classified() -> None:
    assert answered() == fields(EVERYBODY) | AUTHORS | STAFF_ONLY | OF_STAFFS_REQUESTS


def test_every_text_that_staff_may_send_is_classified() -> None:
    texts: set[str] = set()
    for operation in contract.OPERATIONS.values():
        if "admin" in operation.roles and not operation.path.startswith("/api/v1/auth/"):
            for status, _, content in operation.contents:
                if not status:
                    texts |= {
                        name
                        for name, schema in declared(content["schema"])
                        if schema.get("type") == "string"
                    }

    classified = fields(WRITTEN_ABOUT_THE_PARTY) - {"CreateQuote.date", "CreateQuote.time"}
    assert texts == WRITTEN_FOR_STAFF | classified


@pytest.mark.parametrize("scene", [live, ended])
@pytest.mark.parametrize("operation", PERMITTED)
def test_no_answer_shows_a_customer_what_staff_wrote_for_staff(
    call: Handlers,
    customer: str,
    operation: str,
    scene: Callable[[Handlers, str], Booking],
) -> None:
    booking = scene(call, customer)

    answer = ask(call, operation, booking, by=customer)

    shown = f"{answer.headers} {answer.body}"
    assert [canary for canary in CANARIES if canary in shown] == []
    if answer.status < 300:
        assert {value for field, value in told(answer) if field in AUTHORS} <= {
            "customer",
            "staff",
            "system",
        }


def test_each_operation_answers_a_customer_in_one_of_the_scenes(
    call: Handlers, customer: str
) -> None:
    """So that the test before looks at good answers, and not at refusals alone."""
    booking = live(call, customer)

    refused = {
        operation: answer.problem
        for operation in sorted(PERMITTED, key=lambda name: name == "cancelBooking")
        if (answer := ask(call, operation, booking, by=customer)).status >= 300
    }

    assert refused == {}


def test_staff_read_it_all_in_those_fields_and_in_no_others(call: Handlers, customer: str) -> None:
    # Given
    booking = ended(call, customer)

    # When
    for operation in ("getBooking", "listBookingEvents", "listPayments", "listBookings"):
        ask(call, operation, booking, by=ADMIN)

    # Then
    shown = [each for answer in call.answers for each in told(answer)]
    found = {(field, value) for field, value in shown if value in {*CANARIES, "admin"}}
    assert {field for field, _ in found} == STAFF_ONLY | AUTHORS
    assert {value for _, value in found} == {ADMIN, REQUEST, REFUND, CANCELLATION, "admin"}


def test_the_customer_reads_that_it_was_staff(call: Handlers, customer: str) -> None:
    booking = ended(call, customer)

    trail = call("listBookingEvents", booking_id=booking.id, by=customer).body["items"]
    shown = call("getBooking", booking_id=booking.id, by=customer).body

    assert {str(event["actor"]) for event in trail} == {"{'role': 'staff'}"}
    assert not any("gateway_request_id" in event for event in trail)
    assert shown["cancellation"]["by"] == "staff"
    assert "reason" not in shown["cancellation"]


def test_what_customers_wrote_they_read(call: Handlers, customer: str) -> None:
    booking = live(call, customer)
    request = {"body": {"reason": "We found another date."}, "booking_id": booking.id}

    answer = call("cancelBooking", **request, by=customer)

    assert (answer.body["cancelled_by"], answer.body["reason"]) == (
        "customer",
        "We found another date.",
    )
    last = call("listBookingEvents", booking_id=booking.id, by=customer).body["items"][-1]
    assert last["actor"] == {"id": customer, "role": "customer"}
    assert last["request_id"]


def test_stripe_is_told_nothing_of_it(call: Handlers, till: Till, customer: str) -> None:
    """What it knows it may show: in its dashboard, in receipts, to the customer's bank."""
    ended(call, customer)
    till.follow_up()

    known = {
        kind: call.stripe.everything(kind) for kind in ("payment_intents", "charges", "refunds")
    }

    assert all(known.values())
    assert [canary for canary in CANARIES if canary in str(known)] == []

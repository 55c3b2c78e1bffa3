"""Each function answers its example event in `events/`."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.signature import signature_header
from tests.builders import ADMIN, NOW, ROOT
from tests.functions import contract
from tests.functions.cognito import emulated
from tests.functions.every_operation.access import names_thing_of_a_customer, not_found
from tests.functions.example import declared, example_of
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import open_payment, paid_booking
from tests.functions.requests import good_request
from tests.functions.stream import FILTERS, matches
from tests.functions.stripe import WEBHOOK_SECRET

from teppan.domain.bookings.booking import Booking
from teppan.store.bookings import bookings
from teppan.store.table import Table


def event_of(operation: str) -> Path:
    return ROOT / "events" / f"{contract.function_of(operation)}.json"


def in_a_month(text: str) -> str:
    """Return `text` with its dates moved, so that they can be booked at the tests' time."""
    first = min(re.findall(r"20\d\d-\d\d-\d\d", text), default="")
    moved = (NOW + timedelta(days=30)).date()
    return text.replace(first[:7], f"{moved:%Y-%m}") if first else text


def read(operation: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(in_a_month(event_of(operation).read_text()))
    return event


def by_our_client(operation: str) -> dict[str, Any]:
    """Return the event of `operation` with a token of our client."""
    event = read(operation)
    claims = (event["requestContext"].get("authorizer") or {}).get("claims")
    if claims and contract.function_of(operation).startswith("accounts/"):
        claims["client_id"] = emulated().client_id
    return event


def expected_of_its_event(operation: str) -> tuple[int, str | None]:
    """Return the answer to the event on an empty table."""
    if code := example_of(operation).event_problem:
        return next(each for each in contract.problems(operation) if each[1] == code)
    if names_thing_of_a_customer(operation):
        return not_found(operation)
    return contract.success_of(operation), None


SERVED = [each for each in declared() if contract.OPERATIONS[each].served_by == each]
"""The operations that have an event of their own."""


def event_at(name: str) -> dict[str, Any]:
    """Return the event of a function from its file."""
    event: dict[str, Any] = json.loads(event_of(name).read_text(encoding="utf-8"))
    return event


def signed(body: str) -> str:
    """Return Stripe's signature of a body, with the present time."""
    return signature_header(body.encode(), [WEBHOOK_SECRET], int(NOW.timestamp()))


def booked(call: Handlers) -> Booking:
    """Return the booking that the event of `createBooking` creates."""
    made = call.send("createBooking", read("createBooking"))
    found = bookings.find(call.table, made.body["booking_id"])
    assert found
    return found


@pytest.mark.parametrize("operation", SERVED)
def test_a_function_answers_its_example_event(call: Handlers, operation: str) -> None:
    answer = call.send(operation, by_our_client(operation))

    assert answer.problem == expected_of_its_event(operation), answer.body


@pytest.mark.parametrize("operation", [each for each in SERVED if names_thing_of_a_customer(each)])
def test_an_event_about_a_booking_succeeds_where_the_booking_exists(
    call: Handlers, operation: str
) -> None:
    event = read(operation)
    booking = booked(call)
    if "refund_exceeds_captured" in {code for _, code in contract.problems(operation)}:
        paid_booking(call, booking)
    name, value = "booking_id", booking.id
    if names_thing_of_a_customer(operation) == "payment_intent_id":
        name, value = "payment_intent_id", open_payment(call, booking)
    if event["body"] and name in (body := json.loads(event["body"])):
        event["body"] = json.dumps(body | {name: value})
    else:
        event["pathParameters"][name] = value

    assert call.send(operation, event).status in {200, 201}


def test_the_example_event_of_the_webhook_succeeds_with_a_current_signature(
    call: Handlers, stripe: FakeStripe
) -> None:
    event = event_at(contract.WEBHOOK)
    assert call.send(contract.WEBHOOK, event).problem == (400, "invalid_signature")

    event["headers"]["stripe-signature"] = signed(event["body"])

    assert call.send(contract.WEBHOOK, event).status == 200


def test_the_example_event_of_the_webhook_confirms_its_booking(
    call: Handlers, stripe: FakeStripe, table: Table
) -> None:
    booking = booked(call)
    intent = stripe.pay(open_payment(call, booking))
    event = event_at(contract.WEBHOOK)
    sent = json.loads(event["body"])
    event["body"] = json.dumps(sent | {"data": {"object": sent["data"]["object"] | intent}})
    event["headers"]["stripe-signature"] = signed(event["body"])

    assert call.send(contract.WEBHOOK, event).status == 200
    assert call("getBooking", booking_id=booking.id, by=ADMIN).body["status"] == "confirmed"


@pytest.mark.parametrize("job", contract.JOBS)
def test_a_job_succeeds_on_its_example_event(call: Handlers, job: str) -> None:
    answer = call.job(job, event_at(job))

    assert answer == ({"batchItemFailures": []} if job == "followUpPayments" else None)


def test_the_example_event_of_the_stream_passes_its_filters() -> None:
    for record in event_at("followUpPayments")["Records"]:
        assert any(matches(record, one) for one in FILTERS)


@pytest.mark.parametrize("operation", [each for each in SERVED if example_of(each).event_problem])
def test_an_event_about_an_account_succeeds_where_the_account_exists(
    call: Handlers, operation: str
) -> None:
    event, good = read(operation), call.event(operation, **good_request(operation, call))
    event["headers"] |= good["headers"]
    event["multiValueHeaders"] |= good["multiValueHeaders"]
    event["body"] = good["body"]
    event["requestContext"]["authorizer"] = good["requestContext"]["authorizer"]

    assert call.send(operation, event).status < 300

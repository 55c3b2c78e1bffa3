"""The log holds the result of each request, and no data that a person has sent."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.builders import ADMIN, CUSTOMER, REQUEST_ID, booking_body
from tests.conftest import Clock
from tests.contract.documents import TEMPLATE
from tests.functions import contract
from tests.functions.conftest import Output
from tests.functions.example import declared
from tests.functions.given import new_id, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import open_payment
from tests.functions.requests import good_request

from teppan import clock
from teppan.observability.log import account_pseudonym
from teppan.settings import settings
from teppan.store.bookings import bookings, items
from teppan.store.table import Table

MARK = "Xanthippe"
PERSON: dict[str, Any] = {
    "contact": {
        "name": f"{MARK} Name",
        "email": f"{MARK}@example.com",
        "phone": "+19998887776",
    },
    "venue": {
        "address_line1": f"1 {MARK} Street",
        "address_line2": f"{MARK} Floor",
        "city": f"{MARK}ville",
        "state": "XQ",
        "postal_code": "98765-4321",
    },
    "special_requests": f"{MARK} is allergic to nuts",
}
MARKS = (MARK, "19998887776", "98765-4321", "s3cr3t")
HEADERS: dict[str, str | list[str] | None] = {
    "Authorization": "Bearer s3cr3t.s3cr3t.s3cr3t",
    "Cookie": "session=s3cr3t",
    "Idempotency-Key": f"{MARK}-key",
    "User-Agent": MARK,
    "X-Forwarded-For": MARK,
}


def answered(text: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("message") == "answered"]


def assert_silent(text: str) -> None:
    assert answered(text), "nothing was logged at all"
    assert [mark for mark in MARKS if mark.lower() in text.lower()] == []


def test_the_log_of_a_booking_holds_no_personal_data(call: Handlers, output: Output) -> None:
    made = call("createBooking", booking_body(**PERSON), headers=HEADERS)
    call("createBooking", booking_body(**PERSON), headers=HEADERS)
    booking_id = made.body["booking_id"]
    changes = {"special_requests": f"{MARK} again", "contact": PERSON["contact"] | {"name": MARK}}
    call("updateBooking", changes, booking_id=booking_id, headers=HEADERS)
    call("getBooking", booking_id=booking_id, headers=HEADERS)
    call("listBookings", headers=HEADERS)
    call("listBookingEvents", booking_id=booking_id, headers=HEADERS)
    call("cancelBooking", {"reason": f"{MARK} is ill"}, booking_id=booking_id, headers=HEADERS)

    text = output()

    assert [line["status"] for line in answered(text)] == [201, 201, 200, 200, 200, 200, 200]
    assert_silent(text)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(booking_body(**PERSON, guests=MARK), id="wrong type"),
        pytest.param(booking_body(**PERSON | {"special_requests": MARK * 100}), id="too long"),
        pytest.param(booking_body(**PERSON, **{MARK: MARK}), id="unknown field"),
        pytest.param(booking_body(**PERSON, time="13:00"), id="no start"),
        pytest.param(booking_body(**PERSON, date="2026-11-24"), id="too soon"),
        pytest.param('{"contact": "' + MARK, id="no JSON"),
        pytest.param("x" * 20_000 + MARK, id="too large"),
    ],
)
def test_the_log_does_not_quote_a_refused_body(call: Handlers, output: Output, body: Any) -> None:
    call("createBooking", body, headers=HEADERS)

    assert_silent(output())


@pytest.mark.parametrize(
    "query", [{"email": f"{MARK}@example.com"}, {MARK: "1"}, {"cursor": MARK}, {"status": MARK}]
)
def test_the_log_does_not_quote_a_query(
    call: Handlers, output: Output, query: dict[str, Any]
) -> None:
    call("listBookings", query=query, headers=HEADERS)

    assert_silent(output())


def test_the_log_does_not_quote_a_path(call: Handlers, output: Output) -> None:
    call("getBooking", booking_id=f"{MARK}@example.com", headers=HEADERS)

    assert_silent(output())


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(MARK),
        KeyError(f"{MARK}@example.com"),
        ClientError({"Error": {"Code": "ValidationException", "Message": MARK}}, "PutItem"),
        ExceptionGroup(MARK, [ValueError(MARK)]),
    ],
)
def test_an_unexpected_error_is_logged_without_its_message(
    call: Handlers, output: Output, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise error from ValueError(MARK)

    monkeypatch.setattr(Table, "write", fail)

    answer = call("createBooking", booking_body(**PERSON), headers=HEADERS)

    text = output()
    assert answer.problem == (500, "internal_error")
    assert MARK not in str(answer.body)
    assert_silent(text)
    assert type(error).__name__ in text
    assert "test_logs.py" in text, "the place of the error is missing"


@pytest.mark.parametrize("operation", declared())
def test_each_request_is_logged_in_one_line(call: Handlers, output: Output, operation: str) -> None:
    answer = call(operation, **good_request(operation, call))

    (line,) = answered(output())
    assert line["status"] == answer.status
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["operation"] == contract.OPERATIONS[operation].served_by
    assert line["duration_ms"] >= 0


def test_access_log_function_log_and_audit_trail_can_be_joined(
    call: Handlers, output: Output, table: Table
) -> None:
    """The audit trail once held only the caller's request id, which no access log has."""
    event = call.event("createBooking", booking_body(), headers={"X-Request-Id": REQUEST_ID})
    gateways = event["requestContext"]["requestId"]

    made = call.send("createBooking", event)

    # The emulator writes no access log; its format in the template defines the line.
    api = TEMPLATE["Resources"]["Api"]["Properties"]
    assert json.loads(api["AccessLogSetting"]["Format"])["gateway_request_id"] == (
        "$context.requestId"
    )
    (line,) = answered(output())
    (written,) = bookings.events(table, made.body["booking_id"], 10, None)
    assert (line["request_id"], line["gateway_request_id"]) == (REQUEST_ID, gateways)
    assert (written.request_id, written.gateway_request_id) == (REQUEST_ID, gateways)
    assert made.headers["X-Request-Id"] == REQUEST_ID


@pytest.mark.parametrize(("by", "role"), [(CUSTOMER, "customer"), (ADMIN, "admin")])
@pytest.mark.parametrize("status", [200, 404])
def test_the_log_names_the_caller_by_a_hash(
    call: Handlers, output: Output, table: Table, by: str, role: str, status: int
) -> None:
    booking_id = stored_booking(table).id if status == 200 else new_id()

    assert call("getBooking", booking_id=booking_id, by=by).status == status

    text = output()
    (line,) = answered(text)
    assert (line["account"], line["role"]) == (account_pseudonym(by, settings().stage), role)
    assert by not in text


def test_the_log_of_an_anonymous_request_names_no_account(call: Handlers, output: Output) -> None:
    call("getHealth", by=None)
    call("getBooking", booking_id=new_id(), by=None)

    assert [line for line in answered(output()) if {"account", "role"} & line.keys()] == []


def test_the_log_of_a_webhook_has_the_request_id_of_its_url(
    call: Handlers, output: Output, table: Table
) -> None:
    booking = stored_booking(table)
    call.stripe.pay(open_payment(call, booking))
    call.deliver()

    lines = [line for line in answered(output()) if line["operation"] == "stripeWebhook"]
    trail = bookings.events(table, booking.id, 10, None)
    assert trail[-1].gateway_request_id in {line["gateway_request_id"] for line in lines}


def test_an_audit_event_of_a_job_has_no_gateway_request_id(
    call: Handlers, table: Table, now: Clock
) -> None:
    booking = stored_booking(table)
    now.set(booking.payment_due_at + timedelta(minutes=1))
    call.job("releaseUnpaidBookings")
    old = items.event_item(bookings.events(table, booking.id, 1, None)[0])
    del old["gateway_request_id"]

    trail = call("listBookingEvents", booking_id=booking.id).body["items"]

    assert trail[-1]["actor"]["role"] == "system"
    assert "gateway_request_id" not in trail[-1]
    assert items.event_of(old).gateway_request_id is None


@pytest.mark.parametrize("operation", declared())
def test_each_request_is_counted(call: Handlers, output: Output, operation: str) -> None:
    call(operation, **good_request(operation, call))

    lines = [json.loads(line) for line in output().splitlines() if line.startswith('{"_aws"')]
    served_by = contract.OPERATIONS[operation].served_by
    counted = [line for line in lines if line.get("operation") == served_by]
    assert [line["Requests"] for line in counted] == [[1.0]]
    assert counted[0]["ServerErrors"] == [0.0]


@pytest.mark.parametrize("operation", declared())
def test_an_unexpected_error_is_a_500_and_is_logged(
    call: Handlers,
    output: Output,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
) -> None:
    request = good_request(operation, call)
    monkeypatch.setattr(clock, "utc_now", lambda: 1 / 0)

    answer = call(operation, **request, headers=HEADERS)

    text = output()
    assert answer.status == 500
    assert answered(text)[0]["status"] == 500
    assert "ZeroDivisionError" in text
    assert "ZeroDivision" not in str(answer.body)
    assert_silent(text)

"""Each function answers the event that its folder under `events/` keeps for it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.builders import NOW, ROOT
from tests.functions import contract
from tests.functions.cognito import emulated
from tests.functions.handlers import Handlers
from tests.functions.requests import good_request

from teppan.store.table import Table

OF_A_BOOKING = {
    "getBooking",
    "updateBooking",
    "cancelBooking",
    "quoteCancellation",
    "listBookingEvents",
}
"""The operations whose event names a booking that need not exist."""

OF_A_SESSION = {"logout", "getMe"}
"""The operations that ask Cognito, whose client has an id of its own making."""

OF_AN_ACCOUNT = {
    "confirmRegistration": (400, "invalid_code"),
    "login": (401, "invalid_credentials"),
    "refresh": (401, "invalid_refresh_token"),
    "confirmPasswordReset": (400, "invalid_code"),
    "getMe": (401, "unauthorized"),
}
"""The operations whose event names an account, code or token that there is not: what they say."""


def event_of(operation: str) -> Path:
    return ROOT / "events" / f"{contract.function_of(operation)}.json"


def in_a_month(text: str) -> str:
    """Return `text` with its dates moved: what the event books can be booked as time stands."""
    first = min(re.findall(r"20\d\d-\d\d-\d\d", text), default="")
    moved = (NOW + timedelta(days=30)).date()
    return text.replace(first[:7], f"{moved:%Y-%m}") if first else text


def read(operation: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(in_a_month(event_of(operation).read_text()))
    return event


def by_our_client(operation: str) -> dict[str, Any]:
    """Return the event of `operation`, its token issued to our client."""
    event = read(operation)
    claims = (event["requestContext"].get("authorizer") or {}).get("claims")
    if claims and operation in OF_A_SESSION:
        claims["client_id"] = emulated().client_id
    return event


def test_every_function_has_an_event_and_every_event_a_function() -> None:
    triggers = {ROOT / "events" / f"{name}.json" for name in contract.TRIGGERS}
    served = {event_of(operation) for operation in contract.OPERATIONS}
    assert served | triggers == set(ROOT.glob("events/*/*.json"))


@pytest.mark.parametrize(
    "operation",
    [each.id for each in contract.OPERATIONS.values() if each.id == each.served_by],
)
def test_a_function_answers_its_event(call: Handlers, operation: str) -> None:
    answer = call.send(operation, by_our_client(operation))

    if operation in OF_A_BOOKING:
        assert answer.problem == (404, "booking_not_found")
    elif operation in OF_AN_ACCOUNT:
        assert answer.problem == OF_AN_ACCOUNT[operation]
    else:
        assert answer.status < 300, answer.body


@pytest.mark.parametrize("operation", sorted(OF_A_BOOKING))
def test_an_event_about_a_booking_succeeds_where_the_booking_is_there(
    call: Handlers, operation: str
) -> None:
    made = call.send("createBooking", read("createBooking"))
    event = read(operation)
    event["pathParameters"]["booking_id"] = made.body["booking_id"]

    assert call.send(operation, event).status == 200


@pytest.mark.parametrize("operation", OF_AN_ACCOUNT)
def test_an_event_about_an_account_succeeds_where_the_account_is_there(
    call: Handlers, table: Table, operation: str
) -> None:
    event, good = read(operation), call.event(operation, **good_request(operation, table))
    event["headers"] |= good["headers"]
    event["body"] = good["body"]
    event["requestContext"]["authorizer"] = good["requestContext"]["authorizer"]

    assert call.send(operation, event).status < 300

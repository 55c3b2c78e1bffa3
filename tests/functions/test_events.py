"""Each function answers the event that its folder under `events/` keeps for it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.builders import NOW, ROOT
from tests.functions import contract
from tests.functions.handlers import Handlers

OF_A_BOOKING = {
    "getBooking",
    "updateBooking",
    "cancelBooking",
    "quoteCancellation",
    "listBookingEvents",
}
"""The operations whose event names a booking that need not exist."""


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


def test_every_function_has_an_event_and_every_event_a_function() -> None:
    assert {event_of(operation) for operation in contract.OPERATIONS} == set(
        ROOT.glob("events/*/*.json")
    )


@pytest.mark.parametrize(
    "operation",
    [each.id for each in contract.OPERATIONS.values() if each.id == each.served_by],
)
def test_a_function_answers_its_event(call: Handlers, operation: str) -> None:
    answer = call.send(operation, read(operation))

    if operation in OF_A_BOOKING:
        assert answer.problem == (404, "booking_not_found")
    else:
        assert answer.status < 300, answer.body


@pytest.mark.parametrize("operation", sorted(OF_A_BOOKING))
def test_an_event_about_a_booking_succeeds_where_the_booking_is_there(
    call: Handlers, operation: str
) -> None:
    booking_id = call.send("createBooking", read("createBooking")).body["booking_id"]
    event = read(operation)
    event["pathParameters"]["booking_id"] = booking_id

    assert call.send(operation, event).status == 200

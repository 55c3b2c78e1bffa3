"""Requests of `createBooking`."""

from typing import Any

from tests.builders import CUSTOMER, booking_body
from tests.functions.handlers import Answer, Handlers


def book(call: Handlers, key: str | None = None, by: str = CUSTOMER, **changes: Any) -> Answer:
    headers: dict[str, str | None] = {"Idempotency-Key": key} if key else {}
    return call("createBooking", booking_body(**changes), by=by, headers=headers)

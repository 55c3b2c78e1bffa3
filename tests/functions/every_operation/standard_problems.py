"""Provocations of the problems that many operations share."""

from collections.abc import Mapping
from typing import Any, Final
from unittest.mock import patch

from tests.builders import CUSTOMER
from tests.functions import contract
from tests.functions.example import example_of
from tests.functions.given import confirmed_booking, new_id, stored_booking
from tests.functions.handlers import Answer
from tests.functions.provocations import (
    Provocation,
    Scene,
    at_cognito,
    body,
    field,
    request,
    with_table_unreachable,
)
from tests.store.faults import lost_request, refused

from teppan import clock
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import ChangedMeanwhileError
from teppan.store.payments import attempts
from teppan.store.payments.attempts import OpenedMeanwhileError


def provoke(scene: Scene, operation: str, code: str | None) -> Answer:
    """Make `operation` answer problem `code` (None: succeed).

    Raises LookupError, with the line to write, if there is no provocation.
    """
    if code is None:
        return scene.ask(operation, confirmed_booking(scene.table))
    own = example_of(operation).provocations
    if known := own.get(code) or STANDARD.get(code):
        return known(scene, operation)
    raise LookupError(
        f"How does {operation} answer {code}? Write into OPERATION of "
        f"{contract.own_test_file(operation)}:\n\n"
        f'    provocations={{"{code}": body(...)}},  # or another one of provocations.py\n'
    )


def missing_parameter(scene: Scene, operation: str) -> Answer:
    """Leave out the idempotency key, or else the last query parameter that is required."""
    if "Idempotency-Key" in contract.parameters(operation, "header"):
        return scene.ask(operation, headers={"Idempotency-Key": None})
    usual = scene.request(operation)
    required = [
        each["name"]
        for each in contract.OPERATIONS[operation].parameters
        if each["in"] == "query" and each.get("required")
    ]
    kept = {name: text for name, text in usual["query"].items() if name != required[-1]}
    return scene.send(operation, usual | {"query": kept})


def unknown_parameter(scene: Scene, operation: str) -> Answer:
    usual = scene.request(operation, stored_booking(scene.table))
    return scene.send(operation, usual | {"query": usual.get("query", {}) | {"junk": "1"}})


def unexpected_error(scene: Scene, operation: str) -> Answer:
    usual = scene.request(operation)
    with patch.object(clock, "utc_now", side_effect=RuntimeError):
        return scene.send(operation, usual)


def always_changed_meanwhile(scene: Scene, operation: str) -> Answer:
    """Let another writer change the booking before each attempt to save it."""
    booking = stored_booking(scene.table, captured=5_000)
    usual = scene.request(operation, booking)
    for intent in scene.call.stripe.all_objects("payment_intents"):
        scene.call.stripe.pay(intent["id"])
    changed = ChangedMeanwhileError(booking)
    with (
        patch.object(bookings, "save", side_effect=changed),
        patch.object(attempts, "share_open_attempt", side_effect=OpenedMeanwhileError),
        patch.object(attempts, "add_attempt", side_effect=OpenedMeanwhileError),
        patch("time.sleep"),
    ):
        return scene.send(operation, usual)


def without_stripes_key(scene: Scene, operation: str) -> Answer:
    usual = scene.request(operation)
    scene.call.stripe.api_keys.clear()
    return scene.send(operation, usual)


def without_stripe(scene: Scene, operation: str) -> Answer:
    usual = scene.request(operation)
    scene.call.stripe.faults.fail_next("reset", times=100)
    return scene.send(operation, usual)


def start(date: str, time: str) -> Provocation:
    """Send another start, in the path or the body."""
    return field(date=date, time=time)


def lacking_role(scene: Scene, operation: str) -> Answer:
    """Let a customer call an operation that is for staff only."""
    assert contract.usual_caller(operation) == "admin", "customers may call it: declare your own"
    return scene.ask(operation, by=CUSTOMER)


def headers(**sent: str) -> Mapping[str, Any]:
    return {"headers": {name.replace("_", "-"): text for name, text in sent.items()}}


STANDARD: Final[Mapping[str, Provocation]] = {
    "malformed_json": request(body="{"),
    "missing_parameter": missing_parameter,
    "body_too_large": request(body="x" * 17_000),
    "unsupported_media_type": request(**headers(Content_Type="text/plain")),
    "unauthorized": request(by=None),
    "forbidden": lacking_role,
    "validation_failed": unknown_parameter,
    "invalid_cursor": request(query={"cursor": "AAAA"}),
    "invalid_time": start("2026-12-24", "13:00"),
    "lead_time_too_short": start("2026-11-24", "18:00"),
    "too_far_ahead": start("2028-12-24", "18:00"),
    "internal_error": unexpected_error,
    "storage_unavailable": with_table_unreachable(),
    "identity_unavailable": at_cognito(lost_request),
    "too_many_attempts": at_cognito(refused("TooManyRequestsException")),
    "invalid_code": body(code="000000"),
    "booking_not_found": field(booking_id=new_id()),
    "payment_not_found": field(payment_intent_id="pi_1"),
    "version_mismatch": request(**headers(If_Match='"9"')),
    "edit_conflict": always_changed_meanwhile,
    "payment_provider_failed": without_stripes_key,
    "payment_provider_unavailable": without_stripe,
}
"""The provocation of each problem, unless the operation declares its own."""

"""Stories in which each function makes every call to AWS that it can make."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.builders import ADMIN, ROOT, days_ahead, lambda_context, load_function
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.cognito import emulated
from tests.functions.every_operation.standard_problems import provoke
from tests.functions.given import confirmed_booking, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import PaymentSteps, paid_booking
from tests.functions.people import account_of, invited, with_second_factor
from tests.functions.permissions.recorder import Recording
from tests.functions.provocations import Scene

from teppan.identity.cognito.second_factor import forget_clients


@dataclass
class World:
    """The functions of a story, their clock, paid bookings, and the recording."""

    call: Handlers
    now: Clock
    steps: PaymentSteps
    recording: Recording


type Story = Callable[[World, str], object]


def problem(code: str) -> Story:
    """Make an operation answer a problem."""
    return lambda world, operation: provoke(Scene(world.call, world.now), operation, code)


def success(world: World, operation: str) -> None:
    Scene(world.call, world.now).ask(operation, confirmed_booking(world.call.table))


def by_staff(world: World, operation: str) -> None:
    Scene(world.call, world.now).ask(operation, confirmed_booking(world.call.table), by=ADMIN)


def paid_intent_is_confirmed(world: World, operation: str) -> None:
    intent = world.steps.pay(stored_booking(world.call.table))
    world.call(operation, {"payment_intent_id": intent})


def refund_is_asked_for_twice(world: World, _operation: str) -> None:
    booking = paid_booking(world.call)
    for _ in range(2):
        world.steps.refund(booking, 100, headers={"Idempotency-Key": "k"})


def account_of_staff_is_reset(world: World, operation: str) -> None:
    world.call(operation, {"email": invited().email}, by=None)


def webhook_of_a_payment(world: World, _function: str) -> None:
    world.steps.pay(stored_booking(world.call.table))
    world.call.deliver()


def cancelled_booking_is_refunded(world: World, _job: str) -> None:
    world.steps.cancel(paid_booking(world.call))
    world.steps.follow_up()


def cancelled_booking_has_an_open_payment(world: World, _job: str) -> None:
    booking = stored_booking(world.call.table)
    world.steps.open(booking)
    world.steps.cancel(booking)
    world.steps.follow_up()


def unpaid_booking_is_overdue(world: World, job: str) -> None:
    booking = stored_booking(world.call.table)
    world.steps.open(booking)
    world.now.set(booking.payment_due_at + timedelta(minutes=1))
    world.call.job(job)


def party_is_over(world: World, job: str) -> None:
    booking = confirmed_booking(world.call.table)
    world.now.set(booking.slot.starts_at + timedelta(hours=7))
    world.call.job(job)


def webhook_and_stream_are_lost(world: World, job: str) -> None:
    world.steps.cancel(paid_booking(world.call))
    world.steps.pay(stored_booking(world.call.table, date=days_ahead(60)))
    for delivery in world.call.stripe.outbox.pending(include_later=True):
        world.call.stripe.outbox.drop(delivery)
    world.now.set(world.now.at + timedelta(minutes=30))
    for scope in ("recent", "full"):
        world.call.job(job, {"scope": scope})


def admin_gets_a_token(world: World, function: str) -> None:
    person, _ = with_second_factor()
    event = json.loads((ROOT / "events/accounts/customize_tokens.json").read_text(encoding="utf-8"))
    event["userPoolId"] = emulated().pool_id
    event["userName"] = (account_of(person.email) or {})["Username"]
    event["request"]["groupConfiguration"]["groupsToOverride"] = ["admin"]
    forget_clients()
    handler = load_function(contract.function_of(function)).handler
    with world.recording.of(function):
        handler(event, lambda_context())


_STORIES: Final[dict[str, tuple[Story, ...]]] = {
    "createBooking": (
        problem("slot_unavailable"),
        problem("lead_time_too_short"),
        problem("identity_unavailable"),
    ),
    "updateBooking": (problem("slot_unavailable"),),
    "listBookings": (problem("invalid_cursor"),),
    "listBookingEvents": (problem("invalid_cursor"),),
    "listWebhookEvents": (problem("invalid_cursor"),),
    "confirmPayment": (paid_intent_is_confirmed,),
    "refundPayment": (refund_is_asked_for_twice,),
    "requestPasswordReset": (account_of_staff_is_reset,),
    "stripeWebhook": (webhook_of_a_payment,),
    "followUpPayments": (cancelled_booking_is_refunded, cancelled_booking_has_an_open_payment),
    "releaseUnpaidBookings": (unpaid_booking_is_overdue,),
    "completePastBookings": (party_is_over,),
    "reconcilePayments": (webhook_and_stream_are_lost,),
    "customizeTokens": (admin_gets_a_token,),
}
"""More stories of each function. An operation also succeeds for each role that may call it."""


def stories(name: str) -> Iterator[Story]:
    """Yield the stories of the function `name`."""
    if name in contract.OPERATIONS:
        yield success
        if {"customer", "admin"} <= set(contract.OPERATIONS[name].roles):
            yield by_staff
    yield from _STORIES.get(name, ())

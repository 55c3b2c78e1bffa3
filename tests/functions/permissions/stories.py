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
class StoryContext:
    """The functions of a story, their clock, paid bookings, and the recording."""

    call: Handlers
    now: Clock
    steps: PaymentSteps
    recording: Recording


type Story = Callable[[StoryContext, str], object]


def problem(code: str) -> Story:
    """Make an operation answer a problem."""
    return lambda context, operation: provoke(Scene(context.call, context.now), operation, code)


def success(context: StoryContext, operation: str) -> None:
    Scene(context.call, context.now).ask(operation, confirmed_booking(context.call.table))


def by_staff(context: StoryContext, operation: str) -> None:
    Scene(context.call, context.now).ask(operation, confirmed_booking(context.call.table), by=ADMIN)


def paid_intent_is_confirmed(context: StoryContext, operation: str) -> None:
    intent = context.steps.pay(stored_booking(context.call.table))
    context.call(operation, {"payment_intent_id": intent})


def refund_is_asked_for_twice(context: StoryContext, _operation: str) -> None:
    booking = paid_booking(context.call)
    for _ in range(2):
        context.steps.refund(booking, 100, headers={"Idempotency-Key": "k"})


def account_of_staff_is_reset(context: StoryContext, operation: str) -> None:
    context.call(operation, {"email": invited().email}, by=None)


def webhook_of_a_payment(context: StoryContext, _function: str) -> None:
    context.steps.pay(stored_booking(context.call.table))
    context.call.deliver()


def cancelled_booking_is_refunded(context: StoryContext, _job: str) -> None:
    context.steps.cancel(paid_booking(context.call))
    context.steps.follow_up()


def cancelled_booking_has_an_open_payment(context: StoryContext, _job: str) -> None:
    booking = stored_booking(context.call.table)
    context.steps.open(booking)
    context.steps.cancel(booking)
    context.steps.follow_up()


def unpaid_booking_is_overdue(context: StoryContext, job: str) -> None:
    booking = stored_booking(context.call.table)
    context.steps.open(booking)
    context.now.set(booking.payment_due_at + timedelta(minutes=1))
    context.call.job(job)


def party_is_over(context: StoryContext, job: str) -> None:
    booking = confirmed_booking(context.call.table)
    context.now.set(booking.slot.starts_at + timedelta(hours=7))
    context.call.job(job)


def webhook_and_stream_are_lost(context: StoryContext, job: str) -> None:
    context.steps.cancel(paid_booking(context.call))
    context.steps.pay(stored_booking(context.call.table, date=days_ahead(60)))
    for delivery in context.call.stripe.outbox.pending(include_later=True):
        context.call.stripe.outbox.drop(delivery)
    context.now.set(context.now.at + timedelta(minutes=30))
    for scope in ("recent", "full"):
        context.call.job(job, {"scope": scope})


def admin_gets_a_token(context: StoryContext, function: str) -> None:
    person, _ = with_second_factor()
    event = json.loads((ROOT / "events/accounts/customize_tokens.json").read_text(encoding="utf-8"))
    event["userPoolId"] = emulated().pool_id
    event["userName"] = (account_of(person.email) or {})["Username"]
    event["request"]["groupConfiguration"]["groupsToOverride"] = ["admin"]
    forget_clients()
    handler = load_function(contract.function_of(function)).handler
    with context.recording.of(function):
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

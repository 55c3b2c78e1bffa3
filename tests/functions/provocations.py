"""How to get every problem of the contract out of every operation that declares it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from tests.builders import ADMIN, CUSTOMER, booking_body, days_ahead
from tests.conftest import Clock
from tests.functions.cognito import stubbed
from tests.functions.given import confirmed, new_id, stored, tried
from tests.functions.handlers import Answer, Handlers, use_cognito
from tests.functions.money import BANK, opened
from tests.functions.people import invited, with_second_factor
from tests.functions.requests import good_request
from tests.store.faults import Fault, answered, lost_request, refused

from teppan import clock
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import StorageUnavailable
from teppan.domain.policy import CURRENT
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import ChangedMeanwhileError
from teppan.store.payments import payments
from teppan.store.payments.payments import OpenedMeanwhileError
from teppan.store.table import Table


@dataclass
class Scene:
    """Where a provocation plays: the functions, and the clock that they go by."""

    call: Handlers
    now: Clock

    @property
    def table(self) -> Table:
        return self.call.table

    def ask(self, operation: str, booking: Booking | None = None, **changes: Any) -> Answer:
        """Send a good request about `booking`, but for the `changes`."""
        return self.prepare(operation, booking, **changes)()

    def prepare(
        self, operation: str, booking: Booking | None = None, **changes: Any
    ) -> Callable[[], Answer]:
        """Make what the request needs, and return how to send it."""
        headers = changes.pop("headers", None)
        request = good_request(operation, self.call, booking, **changes)
        return lambda: self.call(operation, **request, headers=headers)

    def change(self, **changes: Any) -> Answer:
        """Send an admin's change to a booking made for it."""
        return self.ask("updateBooking", body=changes, by=ADMIN)


type Provocation = Callable[[Scene, str], Answer]


def body(**changes: Any) -> Provocation:
    """Change the usual body."""

    def provoke(scene: Scene, operation: str) -> Answer:
        booking = stored(scene.table)
        usual = good_request(operation, scene.call, booking)["body"]
        return scene.ask(operation, booking, body=usual | changes)

    return provoke


def request(**changes: Any) -> Provocation:
    """Change the usual request."""
    return lambda scene, operation: scene.ask(operation, **changes)


def in_status(status: Status) -> Provocation:
    """Ask about a booking in that status."""
    return lambda scene, operation: scene.ask(operation, stored(scene.table, status=status))


def later(before_start: timedelta, **changes: Any) -> Provocation:
    """Ask when there is only so much time left to the start."""

    def provoke(scene: Scene, operation: str) -> Answer:
        booking = stored(scene.table)
        scene.now.set(booking.slot.starts_at - before_start)
        return scene.ask(operation, booking, **changes)

    return provoke


def taken(scene: Scene, operation: str) -> Answer:
    start = {"time": "18:00"}
    stored(scene.table)
    if operation == "createBooking":
        return scene.ask(operation, body=booking_body(**start))
    other = stored(scene.table, date=(scene.now.at + timedelta(days=60)).date())
    return scene.ask(operation, other, body={"date": "2026-12-24"} | start)


def reused_key(**changes: Any) -> Provocation:
    """Send a request twice under one key, the second time with another body."""

    def provoke(scene: Scene, operation: str) -> Answer:
        booking, key = stored(scene.table, captured=5_000), {"Idempotency-Key": "k"}
        usual = good_request(operation, scene.call, booking)["body"]
        scene.ask(operation, booking, headers=key)
        return scene.ask(operation, booking, headers=key, body=usual | changes)

    return provoke


def challenged(scene: Scene, operation: str) -> Answer:
    """Log in to an account that Cognito asks something of which no operation can answer."""
    with stubbed("InitiateAuth", answered({"ChallengeName": "SMS_MFA", "Session": "s" * 20})):
        return scene.ask(operation)


def ever_changing(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table, captured=5_000)
    send = scene.prepare(operation, booking)
    for intent in scene.call.stripe.everything("payment_intents"):
        scene.call.stripe.pay(intent["id"])
    changed = ChangedMeanwhileError(booking)
    with (
        patch.object(bookings, "save", side_effect=changed),
        patch.object(payments, "join", side_effect=OpenedMeanwhileError),
        patch.object(payments, "open_new", side_effect=OpenedMeanwhileError),
        patch("time.sleep"),
    ):
        return send()


def unknown_parameter(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    usual = good_request(operation, scene.call, booking).get("query", {})
    return scene.ask(operation, booking, query=usual | {"junk": "1"})


def full_slot(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    return scene.ask(operation, booking, time="18:00", body={"capacity": 0})


def broken(scene: Scene, operation: str) -> Answer:
    send = scene.prepare(operation)
    with patch.object(clock, "utc_now", side_effect=RuntimeError):
        return send()


def unreachable(**changes: Any) -> Provocation:
    """Let no call of the table be answered."""

    def provoke(scene: Scene, operation: str) -> Answer:
        send = scene.prepare(operation, **changes)
        with _no_answers():
            return send()

    return provoke


def in_progress(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    scene.call.stripe.pay(opened(scene.call, booking, "full"), BANK)
    return scene.ask(operation, booking)


def too_often(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    tried(scene.table, booking, booking.policy.payment_attempts)
    return scene.ask(operation, booking)


def below_the_least_amount(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    scene.call.stripe.account.minimum = booking.price.total + 1
    return scene.ask(operation, booking)


def without_a_key(scene: Scene, operation: str) -> Answer:
    send = scene.prepare(operation)
    scene.call.stripe.api_keys.clear()
    return send()


def without_stripe(scene: Scene, operation: str) -> Answer:
    send = scene.prepare(operation)
    scene.call.stripe.faults.next("reset", times=100)
    return send()


def at_cognito(fault: Fault) -> Provocation:
    """Let the next call of Cognito meet `fault`, which the emulator never shows."""

    def provoke(scene: Scene, operation: str) -> Answer:
        send = scene.prepare(operation)
        with stubbed("*", fault):
            return send()

    return provoke


def mistyped_second_factor(scene: Scene, operation: str) -> Answer:
    person, _ = with_second_factor()
    return scene.ask(operation, body={**person.credentials, "mfa_code": "000000"})


def for_a_customer(scene: Scene, operation: str) -> Answer:
    """Let staff book for a customer while Cognito does not answer."""
    use_cognito()
    with stubbed("*", lost_request):
        return scene.ask(operation, body=booking_body(customer_id=CUSTOMER), by=ADMIN)


def unpaid(scene: Scene, operation: str) -> Answer:
    for days in range(CURRENT.max_pending_bookings):
        stored(scene.table, date=days_ahead(60 + days))
    return scene.ask(operation)


def again_and_again(scene: Scene, operation: str) -> Answer:
    for days in range(CURRENT.max_bookings_in_window):
        scene.call("cancelBooking", booking_id=stored(scene.table, date=days_ahead(60 + days)).id)
    return scene.ask(operation)


@contextmanager
def _no_answers() -> Iterator[None]:
    with ExitStack() as patches:
        for method in ("get", "get_all", "query", "write", "update"):
            patches.enter_context(patch.object(Table, method, side_effect=StorageUnavailable))
        yield


MINUTES: Final = timedelta(minutes=5)
DAYS: Final = timedelta(days=6)

_ANYWHERE: Final[dict[str, Provocation]] = {
    "malformed_json": request(body="{"),
    "missing_parameter": request(headers={"Idempotency-Key": None}),
    "body_too_large": request(body="x" * 17_000),
    "unsupported_media_type": request(headers={"Content-Type": "text/plain"}),
    "unauthorized": request(by=None),
    "validation_failed": unknown_parameter,
    "invalid_cursor": request(query={"cursor": "AAAA"}),
    "internal_error": broken,
    "storage_unavailable": unreachable(),
    "identity_unavailable": at_cognito(lost_request),
    "too_many_attempts": at_cognito(refused("TooManyRequestsException")),
    "invalid_code": body(code="000000"),
    "booking_not_found": request(booking_id=new_id()),
    "version_mismatch": request(headers={"If-Match": '"9"'}),
    "edit_conflict": ever_changing,
    "slot_unavailable": taken,
    "idempotency_key_reused": reused_key(payment_type="full"),
    "payment_provider_failed": without_a_key,
    "payment_provider_unavailable": without_stripe,
    "payment_refused_by_provider": below_the_least_amount,
    "payment_not_found": body(payment_intent_id="pi_1"),
    "payment_in_progress": in_progress,
    "too_many_payment_attempts": too_often,
    "payment_not_due": body(payment_type="balance"),
    "payment_overdue": later(MINUTES),
    "booking_not_payable": in_status(Status.CANCELLED),
    "refund_exceeds_captured": body(amount=1),
    "already_cancelled": in_status(Status.CANCELLED),
    "already_completed": in_status(Status.COMPLETED),
    "booking_not_changeable": in_status(Status.NO_SHOW),
    "too_late_to_cancel": later(MINUTES),
    "too_close_to_event": later(MINUTES),
    "slot_has_bookings": full_slot,
}
_BODY_START: Final[dict[str, Provocation]] = {
    "invalid_time": body(date="2026-12-24", time="13:00"),
    "lead_time_too_short": body(date="2026-11-24", time="18:00"),
    "too_far_ahead": body(date="2028-12-24", time="18:00"),
}
_IN: Final[dict[str, dict[str, Provocation]]] = {
    "createBooking": _BODY_START
    | {
        "forbidden": body(customer_id=ADMIN),
        "idempotency_key_reused": reused_key(guests=13),
        "identity_unavailable": for_a_customer,
        "too_many_pending_bookings": unpaid,
        "too_many_bookings_in_a_day": again_and_again,
    },
    "createPaymentIntent": {"booking_not_found": body(booking_id=new_id())},
    "refundPayment": {
        "booking_not_found": body(booking_id=new_id()),
        "forbidden": request(by=CUSTOMER),
        "idempotency_key_reused": reused_key(reason="Another"),
    },
    "listWebhookEvents": {"forbidden": request(by=CUSTOMER)},
    "listBookings": {"forbidden": request(query={"customer_id": ADMIN})},
    "updateBooking": _BODY_START
    | {
        "forbidden": body(travel_miles=10),
        "venue_too_far": lambda scene, _: scene.change(travel_miles=201),
        "too_late_to_reduce": later(DAYS, body={"guests": 11}),
        "invalid_transition": lambda scene, _: scene.change(status="completed"),
    },
    "cancelBooking": {"forbidden": body(refund_percentage=100, reason="Please")},
    "searchAvailability": {"missing_parameter": request(query={"from": "2026-12-24"})},
    "setSlotCapacity": {
        "forbidden": request(by=CUSTOMER),
        "invalid_time": request(time="13:00"),
        "lead_time_too_short": request(date="2026-11-22"),
        "too_far_ahead": request(date="9999-12-31"),
    },
    "createQuote": _BODY_START | {"venue_too_far": body(travel_miles=201)},
    "login": {
        "invalid_credentials": body(password="not it"),
        "mfa_required": lambda scene, login: scene.ask(
            login, body=with_second_factor()[0].credentials
        ),
        "invalid_mfa_code": mistyped_second_factor,
        "password_reset_required": lambda scene, login: scene.ask(
            login, body=invited().credentials
        ),
        "login_unsupported": challenged,
    },
    "refresh": {"invalid_refresh_token": body(refresh_token="e30.e30.e30")},
    "getMe": {"storage_unavailable": unreachable(claims={"cognito:groups": "admin"})},
}


def provoke(scene: Scene, operation: str, code: str | None) -> Answer:
    """Get problem `code` out of `operation` (None: get it to succeed)."""
    if code is None:
        return scene.ask(operation, confirmed(scene.table))
    if known := _IN.get(operation, {}).get(code) or _ANYWHERE.get(code):
        return known(scene, operation)
    raise LookupError(f"How does {operation} answer {code}? Say so in provocations.py.")

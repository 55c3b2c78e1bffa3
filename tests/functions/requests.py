"""A good request of every operation: what tests of all operations start from."""

from collections.abc import Callable
from typing import Any, Final

from tests.builders import ADMIN, CUSTOMER, booking_body
from tests.functions.cognito import CONFIRMATION_CODE, RESET_CODE
from tests.functions.given import confirmed as paid_for
from tests.functions.given import stored
from tests.functions.handlers import Handlers
from tests.functions.money import opened
from tests.functions.people import (
    Person,
    Tokens,
    confirmed,
    forgetful,
    registered,
    session_of,
)

from teppan.domain.bookings.booking import Booking
from teppan.store.table import Table

type Keywords = dict[str, Any]

DAY: Final = "2026-12-24"
NEW_PASSWORD: Final = "a dozen lobster tails"

_OF_A_BOOKING: Final[dict[str, Callable[[Booking], Keywords]]] = {
    "getBooking": lambda booking: {"booking_id": booking.id},
    "updateBooking": lambda booking: {"booking_id": booking.id, "body": {"guests": 14}},
    "cancelBooking": lambda booking: {"booking_id": booking.id, "body": {"reason": "Rain"}},
    "quoteCancellation": lambda booking: {"booking_id": booking.id},
    "listBookingEvents": lambda booking: {"booking_id": booking.id},
    "listPayments": lambda booking: {"booking_id": booking.id},
    "createPaymentIntent": lambda booking: {
        "body": {
            "booking_id": booking.id,
            "payment_type": "deposit" if booking.deposit_due else "balance",
        }
    },
}
_OF_A_PAYMENT: Final[dict[str, Callable[[Handlers, Booking | None], Keywords]]] = {
    "confirmPayment": lambda call, booking: {
        "body": {"payment_intent_id": opened(call, booking or stored(call.table))}
    },
    "refundPayment": lambda call, booking: {
        "body": {"booking_id": (booking or paid_for(call.table)).id, "reason": "Cold noodles"},
        "by": ADMIN,
    },
}
_OF_AN_ACCOUNT: Final[dict[str, Callable[[Table], Keywords]]] = {
    "register": lambda _: {"body": Person().credentials},
    "confirmRegistration": lambda _: {
        "body": {**registered().credentials, "code": CONFIRMATION_CODE}
    },
    "resendConfirmationCode": lambda _: {"body": {"email": registered().email}},
    "login": lambda _: {"body": confirmed().credentials},
    "refresh": lambda _: {"body": refreshing(session_of(confirmed()))},
    "requestPasswordReset": lambda _: {"body": {"email": confirmed().email}},
    "confirmPasswordReset": lambda _: {
        "body": {"email": forgetful().email, "code": RESET_CODE, "new_password": NEW_PASSWORD}
    },
}
_IN_A_SESSION: Final[dict[str, Callable[[Tokens], Keywords]]] = {
    "logout": lambda tokens: {"token": tokens.access, "body": refreshing(tokens)},
    "getMe": lambda tokens: {"token": tokens.access},
}
_OF_NOTHING: Final[dict[str, Keywords]] = {
    "createBooking": {"body": booking_body(time="12:00")},
    "listBookings": {},
    "searchAvailability": {"query": {"from": DAY, "to": DAY}, "by": None},
    "setSlotCapacity": {"date": DAY, "time": "21:00", "body": {"capacity": 2}, "by": ADMIN},
    "listWebhookEvents": {"by": ADMIN},
    "createQuote": {"body": {"guests": 12}, "by": None},
    "getHealth": {"by": None},
    "headHealth": {"by": None},
    "getDatabaseHealth": {"by": None},
    "headDatabaseHealth": {"by": None},
    "preflight": {"proxy": "api/v1/bookings", "by": None},
}


def refreshing(tokens: Tokens) -> dict[str, Any]:
    """Return the body that prolongs or ends a session."""
    return {"refresh_token": tokens.refresh}


def good_request(
    operation: str, call: Handlers, booking: Booking | None = None, **changes: Any
) -> Keywords:
    """Return the keywords of `Handlers.__call__` for a request that succeeds.

    It is about `booking`, or a new one; whatever else it needs is made too.
    """
    if operation in _OF_A_BOOKING:
        usual = _OF_A_BOOKING[operation](booking or stored(call.table))
    elif operation in _OF_A_PAYMENT:
        usual = _OF_A_PAYMENT[operation](call, booking)
    elif operation in _OF_AN_ACCOUNT:
        usual = {"by": None} | _OF_AN_ACCOUNT[operation](call.table)
    elif operation in _IN_A_SESSION:
        usual = _IN_A_SESSION[operation](session_of(confirmed()))
    else:
        usual = _OF_NOTHING[operation]
    return {"by": CUSTOMER} | usual | changes


def known() -> set[str]:
    """Return the operations that a good request is known of."""
    return {*_OF_A_BOOKING, *_OF_A_PAYMENT, *_OF_AN_ACCOUNT, *_IN_A_SESSION, *_OF_NOTHING}

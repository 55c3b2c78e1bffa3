"""Make a few bookings for the demo customer through the public API."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local.api import Api
from local.errors import CommandError
from local.fakes.stripe.process import pay

_CONTACT: Final = {
    "name": "Casey Customer",
    "email": "customer@teppan.example",
    "phone": "+13105550100",
}
_VENUE: Final = {
    "address_line1": "1200 Ocean Avenue",
    "city": "Santa Monica",
    "state": "CA",
    "postal_code": "90401",
}
# Days from today, start time and party. The first party owes the full total at once. The others
# cover the tiers of the refund table (domain.md §6). The deposits of the last two are paid, so that
# the customer may have one more pending booking (domain.md §4).
_PARTIES: Final[tuple[tuple[int, str, dict[str, Any]], ...]] = (
    (4, "18:00", {"guests": 10}),
    (10, "12:00", {"guests": 12, "adults": 8, "children": 3, "toddlers": 1}),
    (30, "18:00", {"guests": 16, "menu": {"upgrades": {"lobster_tail": 4}}}),
    (60, "15:00", {"guests": 24, "menu": {"add_ons": {"gyoza": 6, "edamame": 4}}}),
)
_PAID_DAYS: Final = 30
_PAID_BY_WEBHOOK_DAYS: Final = 60


def seed_bookings(api: Api, token: str, stripe_url: str) -> int:
    """Book the demo parties and pay the deposits of two; return the number of bookings made.

    The webhook confirms the last one. A customer who already has bookings gets no more.
    """
    listed = api.request("GET", "/api/v1/bookings", token=token, query={"limit": "1"})
    if listed.status != 200:
        raise CommandError(f"Listing bookings answered {listed.status}: {listed.body.decode()}")
    if listed.json()["items"]:
        return 0
    today = datetime.now(UTC).date()
    for days, time, party in _PARTIES:
        date = (today + timedelta(days=days)).isoformat()
        answer = api.request(
            "POST",
            "/api/v1/bookings",
            token=token,
            body={"date": date, "time": time, **party, "venue": _VENUE, "contact": _CONTACT},
            headers={"Idempotency-Key": f"demo-{date}-{time}"},
        )
        if answer.status != 201:
            raise CommandError(f"Booking answered {answer.status}: {answer.body.decode()}")
        booking_id = answer.json()["booking_id"]
        if days == _PAID_DAYS:
            pay_deposit(api, token, booking_id, stripe_url)
        elif days == _PAID_BY_WEBHOOK_DAYS:
            pay(stripe_url, open_deposit(api, token, booking_id)["client_secret"])
    return len(_PARTIES)


def pay_deposit(api: Api, token: str, booking_id: str, stripe_url: str) -> str:
    """Pay the deposit of a booking with a test card; return the payment intent's id.

    Returns after the booking is confirmed. Raises CommandError.
    """
    opened = open_deposit(api, token, booking_id)
    pay(stripe_url, opened["client_secret"])
    intent_id: str = opened["payment_intent_id"]
    body = {"payment_intent_id": intent_id}
    answer = api.request("POST", "/api/v1/payments/confirm-payment", token=token, body=body)
    if answer.status != 200:
        raise CommandError(f"Confirming answered {answer.status}: {answer.body.decode()}")
    return intent_id


def open_deposit(api: Api, token: str, booking_id: str) -> dict[str, Any]:
    """Open and return a payment intent for a booking's deposit. Raises CommandError."""
    answer = api.request(
        "POST",
        "/api/v1/payments/create-payment-intent",
        token=token,
        body={"booking_id": booking_id, "payment_type": "deposit"},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    if answer.status != 201:
        raise CommandError(f"Opening a payment answered {answer.status}: {answer.body.decode()}")
    opened: dict[str, Any] = answer.json()
    return opened

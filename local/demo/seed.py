"""Make a few bookings for the demo customer through the public API."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal, NamedTuple

from local.api import Api
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


class _Party(NamedTuple):
    """A demo booking, and what confirms its deposit; None is not paid."""

    days_ahead: int
    time: str
    fields: dict[str, Any]
    confirmed_by: Literal["client", "webhook"] | None


# The first party owes the full total at once. The others cover the tiers of the refund table
# (domain.md §6). A customer may have three pending bookings at a time (domain.md §4), so the last
# one is made after the deposits are paid.
_PARTIES: Final = (
    _Party(4, "18:00", {"guests": 10}, None),
    _Party(30, "18:00", {"guests": 16, "menu": {"upgrades": {"lobster_tail": 4}}}, "client"),
    _Party(60, "15:00", {"guests": 24, "menu": {"add_ons": {"gyoza": 6}}}, "webhook"),
    _Party(10, "12:00", {"guests": 12, "adults": 8, "children": 3, "toddlers": 1}, None),
)


def seed_bookings(api: Api, token: str, stripe_url: str) -> int:
    """Book the demo parties and pay the deposits of two; return the number of bookings made.

    The webhook confirms one of them. A customer who already has bookings gets no more.
    """
    listed = api.request("GET", "/api/v1/bookings", token=token, query={"limit": "1"})
    listed.require(200, "list_bookings")
    if listed.json()["items"]:
        return 0
    *first, last = _PARTIES
    with ThreadPoolExecutor() as threads:
        list(threads.map(partial(_book, api, token, stripe_url), first))
    _book(api, token, stripe_url, last)
    return len(_PARTIES)


def _book(api: Api, token: str, stripe_url: str, party: _Party) -> None:
    date = (datetime.now(UTC).date() + timedelta(days=party.days_ahead)).isoformat()
    start = {"date": date, "time": party.time}
    answer = api.request(
        "POST",
        "/api/v1/bookings",
        token=token,
        body={**start, **party.fields, "venue": _VENUE, "contact": _CONTACT},
        headers={"Idempotency-Key": f"demo-{date}-{party.time}"},
    )
    answer.require(201, "create_booking")
    booking_id = answer.json()["booking_id"]
    if party.confirmed_by == "client":
        pay_deposit(api, token, booking_id, stripe_url)
    elif party.confirmed_by == "webhook":
        pay(stripe_url, open_deposit(api, token, booking_id)["client_secret"])


def pay_deposit(api: Api, token: str, booking_id: str, stripe_url: str) -> str:
    """Pay the deposit of a booking with a test card; return the payment intent's id.

    Returns after the booking is confirmed. Raises CommandError.
    """
    opened = open_deposit(api, token, booking_id)
    pay(stripe_url, opened["client_secret"])
    intent_id: str = opened["payment_intent_id"]
    body = {"payment_intent_id": intent_id}
    answer = api.request("POST", "/api/v1/payments/confirm-payment", token=token, body=body)
    answer.require(200, "confirm_payment")
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
    answer.require(201, "create_payment_intent")
    opened: dict[str, Any] = answer.json()
    return opened

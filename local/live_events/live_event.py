"""Change an event of `events/` into the same request, made today by a demo user of a running cloud.

The events of `events/` are generated for readers, tests and `sam local invoke`. Their dates, people
and bookings do not exist in a running cloud, so they are replaced. Everything else stays.
"""

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from local.api import Api
from local.demo.users import DemoTokens, token_of, tokens_of
from local.description import Description
from local.live_events.accounts import account_fields
from local.live_events.new_booking import empty_quota, free_day, shifted
from local.live_events.payments import (
    BOOKING,
    NEEDS_PAID_BOOKING,
    pending_booking,
    signed_delivery,
    with_new_payment,
    with_paid_booking,
)
from local.paths import EVENTS, STRIPE_SUBSCRIPTION

_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SESSION_CLAIMS: Final = ("sub", "client_id", "origin_jti", "auth_time")


def event_paths() -> dict[str, Path]:
    """Return the path of every event of `events/` by the name of its function."""
    paths = sorted(EVENTS.glob("*/*.json"))
    return {path.stem: path for path in paths if path != STRIPE_SUBSCRIPTION}


def live_event(path: Path, cloud: Description) -> dict[str, Any]:
    """Return the event at `path` with the day, the caller and the booking of `cloud`.

    - Dates move by the number of days since the date of the event. A new booking moves to the
      next day on which its start time is free.
    - The caller becomes the demo customer or, for an admin's event, the demo admin, with a new
      session. A new booking is made without regard to what the customer has booked before.
    - A request about an account gets an account in the state that it needs.
    - An event from Cognito is about the demo admin.
    - A booking becomes the demo customer's latest pending one, and `If-Match` its version. A
      request about payments gets a booking with a payment. An event from Stripe is signed again.
    - The event of a scheduled job stays as it is.
    - `Idempotency-Key` is new each time, so that the event can be sent again.
    """
    text = path.read_text(encoding="utf-8")
    if path.stem in NEEDS_PAID_BOOKING:
        text = with_paid_booking(text, cloud)
    event: dict[str, Any] = json.loads(text)
    if "triggerSource" in event:
        return _cognito_event(cloud, event)
    if event.get("version") == "2.0":
        return signed_delivery(event, cloud)
    if "requestContext" not in event:
        return event
    return _live_request(path.stem, text, cloud)


def _live_request(function: str, text: str, cloud: Description) -> dict[str, Any]:
    """Return the API Gateway request in `text` as a request of today."""
    event, api = json.loads(text), Api(cloud.api_url)
    text = _DATE.sub(lambda found: shifted(found.group(), _age_in_days(event)), text)
    claims = (event["requestContext"].get("authorizer") or {}).get("claims") or {}
    role = "admin" if "admin" in claims.get("cognito:groups", "") else "customer"
    # Without a login for a request that needs none, so that it works while logins fail.
    tokens = cache(partial(tokens_of, cloud, role))
    if claims:
        text = _with_session(text, event, tokens())
    if key := event["headers"].get("Idempotency-Key"):
        text = text.replace(key, str(uuid.uuid4()))
    if function not in NEEDS_PAID_BOOKING and (
        BOOKING.search(text) or function == "confirm_payment"
    ):
        return _with_pending_booking(function, text, cloud)
    if function == "create_booking":
        empty_quota(cloud, tokens().claims["sub"])
        requested = json.loads(json.loads(text)["body"])
        text = text.replace(requested["date"], free_day(api, requested["date"], requested["time"]))
    request: dict[str, Any] = json.loads(text)
    if fields := account_fields(function, cloud, tokens):
        request["body"] = json.dumps(json.loads(request["body"]) | fields)
    return request


def _with_pending_booking(function: str, text: str, cloud: Description) -> dict[str, Any]:
    booking = pending_booking(Api(cloud.api_url), token_of(cloud, "customer"))
    text = BOOKING.sub(booking["booking_id"], text)
    if function == "confirm_payment":
        text = with_new_payment(text, cloud, booking["booking_id"])
    return _with_version(json.loads(text), booking["version"])


def _cognito_event(cloud: Description, event: dict[str, Any]) -> dict[str, Any]:
    """Return Cognito's event with the demo admin as the user."""
    claims = tokens_of(cloud, "admin").claims
    attributes = {"sub": claims["sub"], "email": cloud.users["admin"].email}
    request = {"userAttributes": event["request"]["userAttributes"] | attributes}
    return event | {
        "userPoolId": cloud.user_pool_id,
        "userName": claims["username"],
        "callerContext": event["callerContext"] | {"clientId": cloud.client_id},
        "request": event["request"] | request,
    }


def _age_in_days(event: Mapping[str, Any]) -> int:
    sent = datetime.fromtimestamp(event["requestContext"]["requestTimeEpoch"] / 1000, UTC)
    return (datetime.now(UTC).date() - sent.date()).days


def _with_session(text: str, event: Mapping[str, Any], tokens: DemoTokens) -> str:
    """Replace the event's caller, session and client by those of `tokens`."""
    text = text.replace(event["headers"]["Authorization"], f"Bearer {tokens.access}")
    claims = event["requestContext"]["authorizer"]["claims"]
    for name in _SESSION_CLAIMS:
        text = text.replace(claims[name], str(tokens.claims[name]))
    return text


def _with_version(event: dict[str, Any], version: int) -> dict[str, Any]:
    if "If-Match" in event["headers"]:
        event["headers"]["If-Match"] = f'"{version}"'
        event["multiValueHeaders"]["If-Match"] = [f'"{version}"']
    return event

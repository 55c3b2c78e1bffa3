"""Bring a recorded event to life: the same request, made today by a demo user of a running cloud.

An event is a document for people, tests and `sam local invoke`, so it names a day, a person and
bookings that no running cloud knows. Everything else in it stays as it is.
"""

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from local.api import Api
from local.description import Description
from local.errors import LocalCloudError
from local.events.accounts import account_fields
from local.events.payments import (
    BOOKING,
    PAID,
    of_new_payment,
    of_paid_booking,
    pending_booking,
    signed,
)
from local.paths import EVENTS
from local.users import Tokens, token_of, tokens_of

_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_OF_A_SESSION: Final = ("sub", "client_id", "origin_jti", "auth_time")
_SEARCHED_DAYS: Final = 31
_NO_EVENT: Final = "stripe_subscription"


def event_paths() -> dict[str, Path]:
    """Return every recorded event by the name of its function."""
    return {path.stem: path for path in sorted(EVENTS.glob("*/*.json")) if path.stem != _NO_EVENT}


def live_event(path: Path, cloud: Description) -> dict[str, Any]:
    """Return the event at `path` with the day, the caller and the booking of `cloud`.

    - The days in it move by as many as have passed since it was recorded; a new booking moves on
      to the next day on which its start time is free.
    - The caller becomes the demo customer or, for an admin's event, the demo admin, in a session
      that has just begun.
    - A request about an account gets one that is in the state it asks for.
    - What Cognito sends to a trigger is about the demo admin.
    - A booking becomes the demo customer's latest pending one, `If-Match` its version; where money
      is at stake one that is paid, or gets paid. What Stripe sends is signed anew.
    - What starts a job on a schedule stays as it is.
    - `Idempotency-Key` is new, so that the event can be sent again.
    """
    text = path.read_text(encoding="utf-8")
    if path.stem in PAID:
        text = of_paid_booking(text, cloud)
    event: dict[str, Any] = json.loads(text)
    if "triggerSource" in event:
        return _triggered_by(cloud, event)
    if event.get("version") == "2.0":
        return signed(event, cloud)
    if "requestContext" not in event:
        return event
    return _live_request(path.stem, text, cloud)


def _live_request(function: str, text: str, cloud: Description) -> dict[str, Any]:
    """Return the gateway's request in `text`, made today."""
    event, api = json.loads(text), Api(cloud.api_url)
    text = _DATE.sub(lambda found: _moved(found.group(), _age_in_days(event)), text)
    claims = (event["requestContext"].get("authorizer") or {}).get("claims") or {}
    role = "admin" if "admin" in claims.get("cognito:groups", "") else "customer"
    tokens = tokens_of(cloud, role)
    if claims:
        text = _in_session(text, event, tokens)
    if key := event["headers"].get("Idempotency-Key"):
        text = text.replace(key, str(uuid.uuid4()))
    if function not in PAID and (BOOKING.search(text) or function == "confirm_payment"):
        return _of_pending_booking(function, text, cloud)
    if function == "create_booking":
        wanted = json.loads(json.loads(text)["body"])
        text = text.replace(wanted["date"], _free_day(api, wanted["date"], wanted["time"]))
    moved: dict[str, Any] = json.loads(text)
    if fields := account_fields(function, cloud, tokens):
        moved["body"] = json.dumps(json.loads(moved["body"]) | fields)
    return moved


def _of_pending_booking(function: str, text: str, cloud: Description) -> dict[str, Any]:
    booking = pending_booking(Api(cloud.api_url), token_of(cloud, "customer"))
    text = BOOKING.sub(booking["booking_id"], text)
    if function == "confirm_payment":
        text = of_new_payment(text, cloud, booking["booking_id"])
    return _with_version(json.loads(text), booking["version"])


def _triggered_by(cloud: Description, event: dict[str, Any]) -> dict[str, Any]:
    """Return what the pool would send about the demo admin."""
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
    recorded = datetime.fromtimestamp(event["requestContext"]["requestTimeEpoch"] / 1000, UTC)
    return (datetime.now(UTC).date() - recorded.date()).days


def _moved(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _in_session(text: str, event: Mapping[str, Any], tokens: Tokens) -> str:
    """Put the caller, the session and the client of `tokens` in the place of the recorded ones."""
    text = text.replace(event["headers"]["Authorization"], f"Bearer {tokens.access}")
    recorded = event["requestContext"]["authorizer"]["claims"]
    for name in _OF_A_SESSION:
        text = text.replace(recorded[name], str(tokens.claims[name]))
    return text


def _with_version(event: dict[str, Any], version: int) -> dict[str, Any]:
    if "If-Match" in event["headers"]:
        event["headers"]["If-Match"] = f'"{version}"'
        event["multiValueHeaders"]["If-Match"] = [f'"{version}"']
    return event


def _free_day(api: Api, day: str, time: str) -> str:
    query = {"from": day, "to": _moved(day, _SEARCHED_DAYS)}
    slots = api.request("GET", "/api/v1/availability", query=query).json()["slots"]
    free = [slot["date"] for slot in slots if slot["time"] == time and slot["available"]]
    if not free:
        raise LocalCloudError(f"No slot at {time} is free in the {_SEARCHED_DAYS} days from {day}.")
    return str(free[0])

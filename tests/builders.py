"""Builders of requests, callers and domain objects, valid unless a test changes them."""

import base64
import importlib.util
import json
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from teppan.domain.bookings.booking import Booking, book
from teppan.domain.bookings.booking_request import BookingRequest, Contact
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.slot import Slot, slot_at
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Caller, Role
from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.attempt import IntentStatus, PaymentAttempt
from teppan.domain.payments.snapshot import PaymentSnapshot
from teppan.domain.policy import CURRENT, Policy
from teppan.identity.account import Account

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
"""The current time of most tests: ten in the morning at the venue."""

PARTY_DATE = date(2026, 12, 24)
CUSTOMER = "11111111-1111-4111-8111-111111111111"
OTHER_CUSTOMER = "22222222-2222-4222-8222-222222222222"
ADMIN = "99999999-9999-4999-8999-999999999999"
SESSION = "33333333-3333-4333-8333-333333333333"
SESSION_BEGAN = NOW - timedelta(minutes=10)
"""The session of the requests, and the time of its login."""

PAYMENT = "pi_1"
"""The default payment intent of a booking."""

REQUEST_ID = "6d3f1c1e-0f8e-4a56-9d3c-2f5a1b7c8d90"

HOME = "203.0.113.24"
ELSEWHERE = "198.51.100.7"
"""Source addresses of requests, in two networks."""


def caller(account: str = CUSTOMER, role: Role = Role.CUSTOMER, at: datetime = NOW) -> Caller:
    return Caller(account, role, REQUEST_ID, at)


def visitor(at: datetime = NOW, source_ip: str = HOME) -> Caller:
    """Return a caller who has not logged in."""
    return Caller("anonymous", Role.ANONYMOUS, REQUEST_ID, at, source_ip=source_ip)


def admin(at: datetime = NOW) -> Caller:
    return caller(ADMIN, Role.ADMIN, at)


def system(at: datetime = NOW) -> Caller:
    """Return one of our jobs as the caller."""
    return caller("followUpPayments", Role.SYSTEM, at)


def booking_request(**changes: Any) -> BookingRequest:
    defaults: dict[str, Any] = {
        "date": PARTY_DATE,
        "time": time(18),
        "party": Party(adults=12),
        "menu": Menu(),
        "venue": Venue("2100 Ocean Front Walk", "Venice", "CA", "90291"),
        "contact": Contact("Aiko Tanaka", "aiko@example.com", "+13105550142"),
        "special_requests": "",
    }
    return BookingRequest(**defaults | changes)


def booking(booking_id: str = "bkg_" + "a" * 26, **changes: Any) -> Booking:
    creator = changes.pop("caller", caller())
    request = booking_request(**changes)
    return book(request, booking_id=booking_id, fingerprint="f" * 64, caller=creator)


def in_status(status: Status, captured: int = 10_000, **changes: Any) -> Booking:
    """Return a booking in `status` with `captured` cents captured."""
    return holding(replace(booking(**changes), status=status), Balance(captured=captured))


def holding(booking: Booking, balance: Balance, payment: str = PAYMENT) -> Booking:
    """Return `booking` with one payment of `balance`, or without payments for an empty balance."""
    return replace(booking, payments={payment: balance} if balance != Balance() else {})


def confirmed(captured: int = 10_000, **changes: Any) -> Booking:
    """Return a confirmed booking with its deposit, or `captured` cents, captured."""
    return in_status(Status.CONFIRMED, captured, **changes)


def ledger_entry(kind: EntryKind, amount: int = 10_000, **changes: Any) -> LedgerEntry:
    defaults: dict[str, Any] = {"reference": PAYMENT, "at": NOW, "payment": PAYMENT}
    return LedgerEntry(kind=kind, amount=amount, **defaults | changes)


def snapshot(captured: int = 10_000, **changes: Any) -> PaymentSnapshot:
    """Return the snapshot of a payment with `captured` cents captured (0: not paid yet)."""
    defaults: dict[str, Any] = {
        "payment": PAYMENT,
        "booking_id": "bkg_" + "a" * 26,
        "type": PaymentType.DEPOSIT,
        "attempt": 1,
        "status": IntentStatus.SUCCEEDED if captured else IntentStatus.REQUIRES_PAYMENT_METHOD,
        "amount": captured or 10_000,
        "captured_at": NOW,
    }
    return PaymentSnapshot(captured=captured, **defaults | changes)


def attempt(**changes: Any) -> PaymentAttempt:
    """Return a payment attempt for a deposit, without a payment intent yet."""
    defaults: dict[str, Any] = {
        "booking_id": "bkg_" + "a" * 26,
        "type": PaymentType.DEPOSIT,
        "number": 1,
        "amount": 10_000,
        "currency": "usd",
        "opened_at": NOW,
    }
    return PaymentAttempt(**defaults | changes)


def slot(day: date = PARTY_DATE, start: time = time(18), policy: Policy = CURRENT) -> Slot:
    return slot_at(day, start, policy)


def before(start: Booking | Slot, **span: float) -> datetime:
    """Return the instant `span` before the start; `span` are arguments of `timedelta`."""
    starts_at = start.slot.starts_at if isinstance(start, Booking) else start.starts_at
    return starts_at - timedelta(**span)


def booking_body(**changes: Any) -> dict[str, Any]:
    """Return the JSON of a booking request; the value None removes a field."""
    body = {
        "date": PARTY_DATE.isoformat(),
        "time": "18:00",
        "guests": 12,
        "venue": {
            "address_line1": "2100 Ocean Front Walk",
            "city": "Venice",
            "state": "CA",
            "postal_code": "90291",
        },
        "contact": {"name": "Aiko Tanaka", "email": "aiko@example.com", "phone": "+13105550142"},
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def account(**changes: Any) -> Account:
    """Return a customer's confirmed account in the user pool."""
    defaults: dict[str, Any] = {
        "id": CUSTOMER,
        "email": "aiko@example.com",
        "email_verified": True,
        "mfa_enabled": False,
        "status": "CONFIRMED",
        "is_enabled": True,
    }
    return Account(**defaults | changes)


def claims(
    account: str = CUSTOMER, groups: str | list[str] | None = "customer", **others: Any
) -> dict[str, Any]:
    """Return the claims of an access token as API Gateway passes them; None removes a claim."""
    defaults = {
        "sub": account,
        "token_use": "access",
        "client_id": os.environ["USER_POOL_CLIENT_ID"],
        "scope": "teppan/api",
        "origin_jti": SESSION,
        "auth_time": f"{SESSION_BEGAN.timestamp():.0f}",
        "cognito:groups": groups,
    } | others
    return {name: value for name, value in defaults.items() if value is not None}


DOMAIN = "api.teppan.example"
"""The host of the requests."""


def gateway_event(
    method: str = "GET",
    path: str = "/",
    *,
    body: Any = None,
    account: str | None = CUSTOMER,
    groups: str | list[str] = "customer",
    token: Mapping[str, Any] | None = None,
    headers: Mapping[str, str | list[str]] | None = None,
    path_parameters: dict[str, str] | None = None,
    query: dict[str, str | list[str]] | None = None,
    source_ip: str = HOME,
) -> dict[str, Any]:
    """Return the event that API Gateway makes of a request; a str body is sent unchanged.

    A header or query parameter whose value is a list is sent once for each element. `token` holds
    claims that replace those of the `account` (None: an unauthenticated request).
    """
    content_type = {"Content-Type": "application/json"} if body is not None else {}
    header_values = _as_lists({**content_type, **(headers or {})})
    query_values = _as_lists(query or {})
    authorizer = {"claims": claims(account, groups, **(token or {}))} if account else {}
    return {
        "resource": path,
        "httpMethod": method,
        "path": path,
        "headers": {name: texts[-1] for name, texts in header_values.items()},
        "multiValueHeaders": header_values,
        "pathParameters": path_parameters,
        "queryStringParameters": {name: texts[-1] for name, texts in query_values.items()} or None,
        "multiValueQueryStringParameters": query_values or None,
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "domainName": DOMAIN,
            "path": f"/dev{path}",
            "stage": "dev",
            "authorizer": authorizer,
            "identity": {"sourceIp": source_ip},
        },
    }


def _as_lists(values: Mapping[str, str | list[str]]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in values.items()}


def function_url_event(
    method: str = "POST",
    path: str = "/",
    *,
    body: bytes | str | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the event (payload 2.0) that a function URL makes of a request.

    A body of bytes is encoded in base64.
    """
    is_encoded = isinstance(body, bytes)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers or {},
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "http": {"method": method, "path": path, "sourceIp": "3.18.12.63"},
        },
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": is_encoded,
    }


def lambda_context() -> SimpleNamespace:
    """Return the context that Lambda passes with the event."""
    return SimpleNamespace(
        function_name="teppan-test",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-west-2:000000000000:function:teppan-test",
        aws_request_id=str(uuid.uuid4()),
        get_remaining_time_in_millis=lambda: 300_000,
    )


def load_function(name: str) -> ModuleType:
    """Return the module of `functions/<name>/app.py`, loaded once."""
    module_name = "functions." + name.replace("/", ".")
    if module_name not in sys.modules:
        source = ROOT / "functions" / name / "app.py"
        spec = importlib.util.spec_from_file_location(module_name, source)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    return sys.modules[module_name]


def days_ahead(days: int) -> date:
    return (NOW + timedelta(days=days)).date()

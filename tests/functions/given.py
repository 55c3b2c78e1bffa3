"""Bookings in every status, written to the table before a request."""

import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from botocore.client import BaseClient
from tests.builders import CUSTOMER, NOW, admin, attempt, booking, caller, holding
from tests.tables import items_of

from teppan.domain.bookings.audit import AuditEvent, audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.attempt import IntentStatus
from teppan.store.bookings import bookings, slots
from teppan.store.bookings.items import booking_item, event_item
from teppan.store.payments import attempts
from teppan.store.payments.request_records import RequestRecord
from teppan.store.table import Put, Table

type Snapshot = Callable[[], list[str]]


def new_id() -> str:
    return f"bkg_{base64.b32encode(uuid.uuid4().bytes).decode().lower()[:26]}"


def stored_booking(
    table: Table,
    *,
    by: str = CUSTOMER,
    at: datetime = NOW,
    status: Status = Status.PENDING,
    captured: int = 0,
    version: int = 1,
    by_staff: bool = False,
    **booking_request: Any,
) -> Booking:
    """Store a booking of `by` made at `at`, of which `captured` cents are paid.

    The limit of pending bookings does not apply to those made `by_staff`.
    """
    author = admin(at) if by_staff else caller(by, at=at)
    unsaved = replace(
        booking(new_id(), caller=caller(by, at=at), **booking_request),
        status=status,
        version=version,
    )
    saved = holding(unsaved, Balance(captured=captured))
    event = audit_event(None, saved, author)
    if status is Status.PENDING:
        bookings.add(table, saved, event)
    else:
        _put(table, saved, event)
    return saved


def _put(table: Table, saved: Booking, event: AuditEvent) -> None:
    """Store a booking that is not pending any more; no single call of the store does that."""
    table.write(
        Put(booking_item(saved), "attribute_not_exists(pk)"),
        slots.claim(saved.slot, saved.id, saved.policy),
        Put(event_item(event), "attribute_not_exists(pk)"),
    )


def confirmed_booking(table: Table, *, captured: int = 10_000, **changes: Any) -> Booking:
    """Store a confirmed booking of which `captured` cents are paid: the deposit by default."""
    return stored_booking(table, status=Status.CONFIRMED, captured=captured, **changes)


def store_attempts(table: Table, booking: Booking, times: int) -> None:
    """Store as many payment attempts of the booking, each with a cancelled intent."""
    for number in range(1, times + 1):
        name = f"{booking.id}_{number}"
        begun_attempt = attempt(booking_id=booking.id, number=number)
        record = RequestRecord(f"pay_{name}", "f" * 64, begun_attempt.name)
        attempts.add_attempt(table, booking, record, begun_attempt)
        attempts.store_status(
            table,
            booking.id,
            begun_attempt.type,
            number,
            intent=f"pi_{name}",
            status=IntentStatus.CANCELED,
        )


def snapshot_of(dynamodb: BaseClient, table_name: str) -> list[str]:
    """Return every item of the table, to compare it before and after a request."""
    return sorted(json.dumps(item, sort_keys=True) for item in items_of(dynamodb, table_name))

"""What is there before a request: bookings in every stage of their life."""

import base64
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from botocore.client import BaseClient
from tests.builders import CUSTOMER, NOW, admin, attempt, booking, caller, holding

from teppan.domain.bookings.audit import AuditEvent, audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import Balance
from teppan.domain.payments.attempt import IntentStatus
from teppan.store.bookings import bookings, slots
from teppan.store.bookings.items import booking_item, event_item
from teppan.store.payments import payments
from teppan.store.payments.requests import RequestRecord
from teppan.store.table import Put, Table

type Snapshot = Callable[[], list[str]]


def new_id() -> str:
    return f"bkg_{base64.b32encode(uuid.uuid4().bytes).decode().lower()[:26]}"


def stored(
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

    A customer may hold so many pending ones; more of them are made `by_staff`.
    """
    author = admin(at) if by_staff else caller(by, at=at)
    fresh = replace(
        booking(new_id(), caller=caller(by, at=at), **booking_request),
        status=status,
        version=version,
    )
    made = holding(fresh, Balance(captured=captured))
    event = audit_event(None, made, author)
    if status is Status.PENDING:
        bookings.add(table, made, event)
    else:
        _put(table, made, event)
    return made


def _put(table: Table, made: Booking, event: AuditEvent) -> None:
    """Store a booking that has come further than being made, which no one call does."""
    table.write(
        Put(booking_item(made), "attribute_not_exists(pk)"),
        slots.claim(made.slot, made.id, made.policy),
        Put(event_item(event), "attribute_not_exists(pk)"),
    )


def confirmed(table: Table, *, captured: int = 10_000, **changes: Any) -> Booking:
    """Store a booking whose deposit (or as much as `captured`) is paid."""
    return stored(table, status=Status.CONFIRMED, captured=captured, **changes)


def tried(table: Table, booking: Booking, times: int) -> None:
    """Store that somebody has begun to pay the booking so many times, and was not able to."""
    for number in range(1, times + 1):
        name = f"{booking.id}_{number}"
        begun = attempt(booking_id=booking.id, number=number)
        record = RequestRecord(f"pay_{name}", "f" * 64, begun.name)
        payments.open_new(table, booking, record, begun)
        payments.note(
            table,
            booking.id,
            begun.type,
            number,
            intent=f"pi_{name}",
            status=IntentStatus.CANCELED,
        )


def snapshot_of(dynamodb: BaseClient, table_name: str) -> list[str]:
    """Return every item of the table, to see whether a request has left a trace."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    return sorted(repr(sorted(item.items())) for page in pages for item in page["Items"])

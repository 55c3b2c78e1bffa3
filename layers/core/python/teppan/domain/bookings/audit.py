"""The audit trail: who changed what, when, in which request (`domain.md §4`)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Caller, Role
from teppan.domain.ledger import EntryKind, LedgerEntry, sorted_entries
from teppan.domain.money import Cents

type Plain = str | int


class EventType(StrEnum):
    """The type of a change to a booking."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"
    PAYMENT = "payment"
    """The ledger has new entries, and the status is the same."""
    REFUND_REQUESTED = "refund_requested"


_TYPE_BY_STATUS: Mapping[Status, EventType] = {
    Status.CANCELLED: EventType.CANCELLED,
    Status.CONFIRMED: EventType.CONFIRMED,
}
"""The statuses that have their own event type."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One changed field; values are stored only for fields without personal data."""

    field: str
    before: Plain | None = None
    after: Plain | None = None


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """The kind and amount (US cents) of one ledger entry of a step."""

    kind: EntryKind
    amount: Cents


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One change of a booking, identified by the `version` that it made."""

    booking_id: str
    customer_id: str
    version: int
    type: EventType
    at: datetime
    actor_id: str
    actor_role: Role
    request_id: str
    changes: tuple[FieldChange, ...]
    entries: tuple[PostedEntry, ...] = ()
    """The ledger entries of the change, in the order of `ledger.sorted_entries`."""
    reason: str | None = None
    gateway_request_id: str | None = None
    """The request id in the access log; None for jobs, and in records older than this field."""


def audit_event(
    before: Booking | None,
    after: Booking,
    caller: Caller,
    entries: Collection[LedgerEntry] = (),
    reason: str | None = None,
) -> AuditEvent:
    """Return the audit event of the change from `before` to `after`; `before` is None if new.

    `entries` are the ledger entries of the change. `reason` is the reason of a refund that staff
    request.
    """
    event_type = EventType.REFUND_REQUESTED if reason else _event_type(before, after, entries)
    if event_type is EventType.CANCELLED and after.cancellation:
        reason = after.cancellation.reason
    return AuditEvent(
        booking_id=after.id,
        customer_id=after.customer_id,
        version=after.version,
        type=event_type,
        at=caller.recorded_at,
        actor_id=caller.id,
        actor_role=caller.role,
        request_id=caller.request_id,
        changes=tuple(_changes(before, after)) if before else (),
        entries=tuple(PostedEntry(each.kind, each.amount) for each in sorted_entries(entries)),
        reason=reason,
        gateway_request_id=caller.gateway_request_id,
    )


def _event_type(
    before: Booking | None, after: Booking, entries: Collection[LedgerEntry]
) -> EventType:
    if before is None:
        return EventType.CREATED
    if before.status is not after.status and after.status in _TYPE_BY_STATUS:
        return _TYPE_BY_STATUS[after.status]
    return EventType.PAYMENT if entries else EventType.UPDATED


def _changes(before: Booking, after: Booking) -> Iterator[FieldChange]:
    old, new = _audited_fields(before), _audited_fields(after)
    for field in new:
        if old[field] != new[field]:
            yield FieldChange(field, old[field], new[field])
    for field in ("menu", "venue", "contact", "special_requests"):
        if getattr(before, field) != getattr(after, field):
            yield FieldChange(field)


def _audited_fields(booking: Booking) -> dict[str, Plain | None]:
    return {
        "status": booking.status.value,
        "date": booking.slot.date.isoformat(),
        "time": f"{booking.slot.time:%H:%M}",
        "guests": booking.party.guests,
        "adults": booking.party.adults,
        "children": booking.party.children,
        "toddlers": booking.party.toddlers,
        "travel_miles": booking.travel_miles,
        "travel_confirmed": booking.travel_confirmed,
        "total": booking.price.total,
        "due_to_confirm": booking.due_to_confirm,
        "payment_status": booking.payment_status.value,
        "amount_paid": booking.balance.paid,
        "amount_refunded": booking.balance.refunded,
        "refund_owed": booking.balance.in_flight,
    }

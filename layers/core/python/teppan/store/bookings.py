"""Bookings in the table: each change is one conditional transaction with its slot and its event."""

from teppan.domain.audit import AuditEvent
from teppan.domain.booking import Booking
from teppan.domain.ledger import LedgerEntry
from teppan.store import keys, slots
from teppan.store.items import booking_item, booking_of, event_item, event_of, ledger_item
from teppan.store.table import ConditionFailed, Put, Table, Update

_NEW = "attribute_not_exists(pk)"
_UNCHANGED = "version = :version"


class BookingExistsError(Exception):
    """A booking with that id is there already: `booking`."""

    def __init__(self, booking: Booking) -> None:
        """Keep the booking that was found."""
        super().__init__(booking.id)
        self.booking = booking


class SlotTakenError(Exception):
    """The slot has no room for the booking."""


class ChangedMeanwhileError(Exception):
    """The booking is not at the version that the change was made for: it is `booking` now."""

    def __init__(self, booking: Booking) -> None:
        """Keep the booking as it is now."""
        super().__init__(booking.id)
        self.booking = booking


def find(table: Table, booking_id: str) -> Booking | None:
    """Return the booking, strongly consistent, or None: one GetItem."""
    item = table.get(keys.booking(booking_id))
    return booking_of(item) if item else None


def add(table: Table, booking: Booking, event: AuditEvent) -> None:
    """Store a new booking, claim its slot and write its event: one round trip.

    Raises `BookingExistsError` and `SlotTakenError`.
    """
    try:
        table.write(
            Put(booking_item(booking), _NEW),
            slots.claim(booking.slot, booking.id, booking.policy),
            Put(event_item(event), _NEW),
        )
    except ConditionFailed as failure:
        if met := failure.refused.get(0):
            raise BookingExistsError(booking_of(met)) from failure
        raise SlotTakenError from failure


def save(
    table: Table,
    before: Booking,
    after: Booking,
    event: AuditEvent,
    entry: LedgerEntry | None = None,
) -> None:
    """Store the step from `before` to `after` with its slots, event and ledger entry.

    Raises `ChangedMeanwhileError` and `SlotTakenError`.
    """
    writes: list[Put | Update] = [
        Put(booking_item(after), _UNCHANGED, {"version": before.version}),
        Put(event_item(event), _NEW),
        *([Put(ledger_item(after.id, entry), _NEW)] if entry else []),
        *_slot_writes(before, after),
    ]
    try:
        table.write(*writes)
    except ConditionFailed as failure:
        if met := failure.refused.get(0):
            raise ChangedMeanwhileError(booking_of(met)) from failure
        if isinstance(writes[max(failure.refused)], Update):
            raise SlotTakenError from failure
        raise


def events(table: Table, booking_id: str, limit: int, after: int | None) -> list[AuditEvent]:
    """Return at most `limit` audit events behind version `after`, oldest first: one Query."""
    pk, _ = keys.booking(booking_id)
    page = table.query(
        "pk = :booking AND begins_with(sk, :event)",
        {"booking": pk, "event": keys.EVENT},
        limit=limit,
        after=None
        if after is None
        else dict(zip(("pk", "sk"), keys.event(booking_id, after), strict=True)),
    )
    return [event_of(item) for item in page.items]


def _slot_writes(before: Booking, after: Booking) -> list[Update]:
    """Return what gives the old slot back and takes the new one, where they differ."""
    if after.holds_slot and after.slot == before.slot:
        return []
    released = slots.release(before.slot, before.id)
    return (
        [released, slots.claim(after.slot, after.id, after.policy)]
        if after.holds_slot
        else [released]
    )

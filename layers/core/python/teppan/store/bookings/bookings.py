"""Bookings in the table: each change is one transaction with its slots, event and entries."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from teppan.domain.bookings.audit import AuditEvent
from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.quota import Quota
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Role
from teppan.domain.ledger import LedgerEntry
from teppan.store import keys
from teppan.store.bookings import closing_marks, quotas, slots
from teppan.store.bookings.items import booking_item, booking_of, event_item, event_of
from teppan.store.bookings.quotas import Renewal
from teppan.store.failures import ConditionFailed
from teppan.store.ledger import entry_of, ledger_item
from teppan.store.table import Put, Table, Update

MAX_STEP_ENTRIES: Final = 20
"""The most entries that a step adds of the payment's postings, and of each kind of correction.

A DynamoDB transaction takes 100 writes: these entries, a refund obligation for each possible
payment, the booking and its event.
"""

_NEW = "attribute_not_exists(pk)"
_UNCHANGED = "version = :version"


def is_partial(step: Step) -> bool:
    """Return whether the step may have left out entries, so that another step is needed."""
    return len(step.entries) >= MAX_STEP_ENTRIES


class BookingExistsError(Exception):
    """A booking with that id exists: `booking`."""

    def __init__(self, booking: Booking) -> None:
        """Keep the booking that was found."""
        super().__init__(booking.id)
        self.booking = booking


class QuotaReachedError(Exception):
    """The customer has reached a limit; `quota` is the stored quota."""

    def __init__(self, quota: Quota) -> None:
        """Keep the stored quota."""
        super().__init__("too many bookings")
        self.quota = quota


class SlotTakenError(Exception):
    """The slot has no room for the booking."""


class AlreadyDoneError(Exception):
    """An extra write of the step was refused: the step was done before."""


class ChangedMeanwhileError(Exception):
    """The booking has another version than the step was decided on; `booking` is the newer one."""

    def __init__(self, booking: Booking) -> None:
        """Keep the newer booking."""
        super().__init__(booking.id)
        self.booking = booking


def find(table: Table, booking_id: str) -> Booking | None:
    """Return the booking or None, by one strongly consistent GetItem."""
    item = table.get(keys.booking(booking_id))
    return booking_of(item) if item else None


def add(table: Table, booking: Booking, event: AuditEvent, renewal: Renewal | None = None) -> None:
    """Store a new pending booking with its event, claim its slot and count it: one round trip.

    Limits apply only to bookings that customers make themselves. Raises the first that holds of
    `BookingExistsError`, `QuotaReachedError` and `SlotTakenError`.
    """
    by_customer = event.actor_role is Role.CUSTOMER
    quota_write = quotas.claim(booking, renewal) if by_customer else quotas.count_pending(booking)
    try:
        table.write(
            Put(booking_item(booking), _NEW),
            quota_write,
            slots.claim(booking.slot, booking.id, booking.policy),
            Put(event_item(event), _NEW),
        )
    except ConditionFailed as failure:
        if existing := failure.refused.get(0):
            raise BookingExistsError(booking_of(existing)) from failure
        if 1 in failure.refused:
            raise QuotaReachedError(quotas.quota_of(failure.refused[1])) from failure
        raise SlotTakenError from failure


def save(
    table: Table,
    before: Booking,
    after: Booking,
    event: AuditEvent,
    entries: Iterable[LedgerEntry] = (),
    extra_writes: Sequence[Put | Update] = (),
) -> None:
    """Store the step from `before` to `after` with its slots, quota, event and ledger entries.

    A step that leaves less due adds a closing mark. `extra_writes` go into the same transaction; if
    one is refused, the step was done before. Raises `ChangedMeanwhileError`, `SlotTakenError` and
    `AlreadyDoneError`.
    """
    writes: list[Put | Update] = [
        Put(booking_item(after), _UNCHANGED, {"version": before.version}),
        *extra_writes,
        Put(event_item(event), _NEW),
        *(Put(ledger_item(after.id, entry), _NEW) for entry in entries),
        *closing_marks.mark(before, after),
        *_quota_writes(before, after),
        *_slot_writes(before, after),
    ]
    try:
        table.write(*writes)
    except ConditionFailed as failure:
        refused = failure.refused
        if any(0 < position <= len(extra_writes) for position in refused):
            raise AlreadyDoneError from failure
        if newer := refused.get(0):
            raise ChangedMeanwhileError(booking_of(newer)) from failure
        if isinstance(writes[max(refused)], Update):
            raise SlotTakenError from failure
        raise


def write_alone(table: Table, writes: Sequence[Put | Update]) -> None:
    """Write the extra writes of a step that does not change the booking; raises `AlreadyDoneError`.

    A single update is written without a transaction, which would cost twice as much.
    """
    try:
        match writes:
            case []:
                return
            case [Update() as alone]:
                table.update(alone)
            case _:
                table.write(*writes)
    except ConditionFailed as failure:
        raise AlreadyDoneError from failure


def note(table: Table, booking_id: str, entry: LedgerEntry) -> None:
    """Store an entry that moves no money, without a new version; a repetition has no effect."""
    with suppress(ConditionFailed):
        table.write(Put(ledger_item(booking_id, entry), _NEW))


def ledger(table: Table, booking_id: str) -> list[LedgerEntry]:
    """Return the booking's ledger, strongly consistent."""
    pk, _ = keys.booking(booking_id)
    items = table.query_all(
        "pk = :booking AND begins_with(sk, :ledger)", {"booking": pk, "ledger": keys.LEDGER}
    )
    return [entry_of(item) for item in items]


def events(table: Table, booking_id: str, limit: int, after: int | None) -> list[AuditEvent]:
    """Return at most `limit` audit events after version `after`, oldest first: one Query."""
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


def _quota_writes(before: Booking, after: Booking) -> list[Update]:
    """Return the write that releases the quota of a booking that is no longer pending, if any."""
    is_no_longer_pending = before.status is Status.PENDING is not after.status
    return [quotas.release(before)] if is_no_longer_pending else []


def _slot_writes(before: Booking, after: Booking) -> list[Update]:
    """Return the writes that release the old slot and claim the new one, if they differ."""
    held_slot = before.slot if before.holds_slot else None
    wanted_slot = after.slot if after.holds_slot else None
    if held_slot == wanted_slot:
        return []
    return [
        *([slots.release(held_slot, before.id)] if held_slot else []),
        *([slots.claim(wanted_slot, after.id, after.policy)] if wanted_slot else []),
    ]

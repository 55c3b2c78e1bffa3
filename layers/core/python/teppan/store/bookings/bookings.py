"""Bookings in the table: each change is one conditional transaction with its slot and its event."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from teppan.clock import to_rfc3339
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
from teppan.store.ledger import entry_of, ledger_item
from teppan.store.queue import Queued
from teppan.store.table import ConditionFailed, Put, Table, Update

MAX_STEP_ENTRIES: Final = 20
"""The most entries that payments and corrections each add to a step.

A DynamoDB transaction takes 100 writes: as many as this of what the provider tells and of each kind
of correction, and an obligation for each payment there may be, beside the booking and its event.
"""

_NEW = "attribute_not_exists(pk)"
_UNCHANGED = "version = :version"


def is_partial(step: Step) -> bool:
    """Return whether there may be more to enter than the step had room for."""
    return len(step.entries) >= MAX_STEP_ENTRIES


class BookingExistsError(Exception):
    """A booking with that id is there already: `booking`."""

    def __init__(self, booking: Booking) -> None:
        """Keep the booking that was found."""
        super().__init__(booking.id)
        self.booking = booking


class QuotaReachedError(Exception):
    """The customer may not book for now, by what is counted in `quota`."""

    def __init__(self, quota: Quota) -> None:
        """Keep what was found."""
        super().__init__("too many bookings")
        self.quota = quota


class SlotTakenError(Exception):
    """The slot has no room for the booking."""


class DoneBeforeError(Exception):
    """What was to be written with the step is there already: it was taken before."""


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


def add(table: Table, booking: Booking, event: AuditEvent, renewal: Renewal | None = None) -> None:
    """Store a new pending booking, claim its slot, write its event and count it: one round trip.

    Limits are for what customers make themselves. Raises `BookingExistsError`, `QuotaReachedError`
    and `SlotTakenError`, the first of these that holds.
    """
    by_customer = event.actor_role is Role.CUSTOMER
    counted = quotas.claim(booking, renewal) if by_customer else quotas.hold(booking)
    try:
        table.write(
            Put(booking_item(booking), _NEW),
            counted,
            slots.claim(booking.slot, booking.id, booking.policy),
            Put(event_item(event), _NEW),
        )
    except ConditionFailed as failure:
        if met := failure.refused.get(0):
            raise BookingExistsError(booking_of(met)) from failure
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

    A step that leaves less due marks the booking's payments to be closed. `extra_writes` go into
    the same transaction; a refused one means that the step was done before. Raises
    `ChangedMeanwhileError`, `SlotTakenError` and `DoneBeforeError`.
    """
    writes: list[Put | Update] = [
        Put(booking_item(after), _UNCHANGED, {"version": before.version}),
        *extra_writes,
        Put(event_item(event), _NEW),
        *(Put(ledger_item(after.id, entry), _NEW) for entry in entries),
        *closing_marks.closing_mark(before, after),
        *_quota_writes(before, after),
        *_slot_writes(before, after),
    ]
    try:
        table.write(*writes)
    except ConditionFailed as failure:
        refused = failure.refused
        if any(0 < position <= len(extra_writes) for position in refused):
            raise DoneBeforeError from failure
        if met := refused.get(0):
            raise ChangedMeanwhileError(booking_of(met)) from failure
        if isinstance(writes[max(refused)], Update):
            raise SlotTakenError from failure
        raise


def write_alone(table: Table, writes: Sequence[Put | Update]) -> None:
    """Write what would have gone with a step that changes nothing; raises `DoneBeforeError`.

    A single update needs no transaction, which would cost twice as much.
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
        raise DoneBeforeError from failure


def note(table: Table, booking_id: str, entry: LedgerEntry) -> None:
    """Store an entry that moves no money, and so needs no change of the booking; once is enough."""
    with suppress(ConditionFailed):
        table.write(Put(ledger_item(booking_id, entry), _NEW))


def ledger(table: Table, booking_id: str) -> list[LedgerEntry]:
    """Return the booking's ledger, strongly consistent."""
    pk, _ = keys.booking(booking_id)
    items = table.query_all(
        "pk = :booking AND begins_with(sk, :ledger)", {"booking": pk, "ledger": keys.LEDGER}
    )
    return [entry_of(item) for item in items]


def due(table: Table, job: str, now: datetime) -> Iterator[Queued]:
    """Yield the bookings for which `job` was due by `now`, the longest due first."""
    items = table.query_all(
        "gsi3pk = :job AND gsi3sk <= :now",
        {"job": keys.due(job), "now": f"{to_rfc3339(now)}~"},
        index=keys.BY_DUE,
    )
    return (Queued(keys.booking_id(item["pk"]), item["gsi3sk"]) for item in items)


def unsettled(table: Table) -> Iterator[Queued]:
    """Yield the bookings of which a refund is owed or on its way."""
    items = table.query_all("gsi4pk = :all", {"all": keys.UNSETTLED}, index=keys.BY_WORK)
    return (Queued(keys.booking_id(item["pk"]), item["gsi4sk"]) for item in items)


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


def _quota_writes(before: Booking, after: Booking) -> list[Update]:
    """Return what no longer counts a booking that was pending; none becomes pending again."""
    ended = before.status is Status.PENDING is not after.status
    return [quotas.release(before)] if ended else []


def _slot_writes(before: Booking, after: Booking) -> list[Update]:
    """Return what gives the old slot back and takes the new one, where they differ."""
    held = before.slot if before.holds_slot else None
    wanted = after.slot if after.holds_slot else None
    if held == wanted:
        return []
    return [
        *([slots.release(held, before.id)] if held else []),
        *([slots.claim(wanted, after.id, after.policy)] if wanted else []),
    ]

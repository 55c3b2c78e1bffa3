"""Revise a booking so that two writers never overwrite each other (`domain.md §5`).

A step is decided on the booking as read. It is stored only if the booking still has that version.
If another writer was faster, the refused write returns the newer booking, and the step is decided
again.
"""

import random
import time
from collections.abc import Callable, Sequence

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.errors import EditConflict, SlotUnavailable, VersionMismatch
from teppan.domain.caller import Caller
from teppan.services.bookings.access import get_booking_for
from teppan.services.precondition import Precondition, any_version
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import ChangedMeanwhileError, SlotTakenError
from teppan.store.bookings.slots import available_times
from teppan.store.table import Put, Table, Update

_MAX_RETRIES = 64
_LONGEST_PAUSE = 0.05

type Decision = Callable[[Booking, Caller], Step]
"""Returns the step for a booking as it is now.

The second argument is the caller, whose `recorded_at` is not before the booking's last change, so
the times of its versions never decrease. Rules use the caller's `at`.
"""

type ExtraWrites = Callable[[Step], Sequence[Put | Update]]
"""Returns the extra writes for the transaction of a step."""


def no_extra_writes(_step: Step) -> Sequence[Put | Update]:
    """Return no extra writes."""
    return ()


def revise(
    table: Table,
    booking_id: str,
    decide: Decision,
    caller: Caller,
    precondition: Precondition = any_version,
    *,
    if_slot_taken: Decision | None = None,
    extra_writes: ExtraWrites = no_extra_writes,
    reason: str | None = None,
) -> Booking:
    """Decide a step, store it and return the booking after it.

    `if_slot_taken` replaces `decide` if other bookings hold the slot. `extra_writes` returns extra
    writes for the same transaction, even when the booking itself does not change. `reason` goes
    into the audit trail.

    Raises `BookingNotFound`, `VersionMismatch`, `SlotUnavailable`, `EditConflict`,
    `AlreadyDoneError` (an extra write was refused) and what `decide` raises.
    """
    booking = get_booking_for(table, booking_id, caller)
    for _ in range(_MAX_RETRIES):
        if not precondition(booking.version):
            raise VersionMismatch(f"The booking is at version {booking.version}.")
        recorder = caller.with_not_before(booking.updated_at)
        step = decide(booking, recorder)
        try:
            _store(table, booking, step, recorder, extra_writes(step), reason)
        except ChangedMeanwhileError as error:
            booking = error.booking
            time.sleep(random.uniform(0, _LONGEST_PAUSE))
        except SlotTakenError as error:
            if if_slot_taken is None:
                times = available_times(table, step.after.slot.date, caller.at)
                raise SlotUnavailable(times) from error
            decide = if_slot_taken
        else:
            return step.after
    raise EditConflict


def _store(
    table: Table,
    before: Booking,
    step: Step,
    recorder: Caller,
    extra_writes: Sequence[Put | Update],
    reason: str | None,
) -> None:
    """Store the step; if the booking does not change, write only `extra_writes`."""
    if step.after == before:
        bookings.write_alone(table, extra_writes)
        return
    event = audit_event(before, step.after, recorder, step.entries, reason)
    bookings.save(table, before, step.after, event, step.entries, extra_writes)

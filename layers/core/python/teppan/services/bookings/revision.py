"""Revise a booking so that two writers never overwrite each other (`domain.md §5`).

A step is decided on the booking as read and stored only if it is still that version. When another
writer was faster, the refused write brings the newer booking along, and the step is decided again.
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
"""Decides on the booking as it is. The caller signs with an instant that is not before its last
change, so that the times of a booking's versions never decrease; rules go by the caller's `at`."""
type ExtraWrites = Callable[[Step], Sequence[Put | Update]]


def no_extra_writes(_step: Step) -> Sequence[Put | Update]:
    """Write nothing but the step itself."""
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
    """Carry out `decide` on the booking and return it; a step that changes nothing writes nothing.

    `if_slot_taken` decides when others have the slot. `extra_writes` returns further writes for the
    same transaction, even when the booking does not change. `reason` goes into the audit trail.

    Raises `BookingNotFound`, `VersionMismatch`, `SlotUnavailable`, `EditConflict`,
    `DoneBeforeError` (by `extra_writes`) and what `decide` raises.
    """
    booking = get_booking_for(table, booking_id, caller)
    for _ in range(_MAX_RETRIES):
        if not precondition(booking.version):
            raise VersionMismatch(f"The booking is at version {booking.version}.")
        signer = caller.signing_after(booking.updated_at)
        step = decide(booking, signer)
        if step.after == booking:
            bookings.write_alone(table, extra_writes(step))
            return booking
        event = audit_event(booking, step.after, signer, step.entries, reason)
        try:
            bookings.save(table, booking, step.after, event, step.entries, extra_writes(step))
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
    raise EditConflict("Others kept changing the booking; please try again.")

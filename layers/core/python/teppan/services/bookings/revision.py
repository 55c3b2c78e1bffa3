"""Revise a booking so that two writers never overwrite each other (`domain.md §5`).

A step is decided on the booking as read and stored only if it is still that version. When another
writer was faster, the refused write brings the newer booking along, and the step is decided again.
"""

import random
import time
from collections.abc import Callable, Sequence

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking, Step, booking_not_found, check_visible
from teppan.domain.bookings.errors import EditConflict, SlotUnavailable, VersionMismatch
from teppan.domain.caller import Caller
from teppan.services.precondition import Precondition, any_version
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import ChangedMeanwhileError, SlotTakenError
from teppan.store.bookings.slots import available_times
from teppan.store.table import Put, Table, Update

_ATTEMPTS = 64
_LONGEST_PAUSE = 0.05


type Decision = Callable[[Booking, Caller], Step]
"""Decides on the booking as it is. The caller signs with an instant that is not before its last
change, so that the times of a booking's versions never decrease; rules go by the caller's `at`."""
type Also = Callable[[Step], Sequence[Put | Update]]


def nothing_else(_step: Step) -> Sequence[Put | Update]:
    """Write nothing but the step itself."""
    return ()


def revise(
    table: Table,
    booking_id: str,
    decide: Decision,
    caller: Caller,
    accepts: Precondition = any_version,
    *,
    if_slot_taken: Decision | None = None,
    also: Also = nothing_else,
    reason: str | None = None,
) -> Booking:
    """Carry out `decide` on the booking and return it; a step that changes nothing writes nothing.

    `if_slot_taken` decides where others have the slot; `also` returns extra writes for the same
    transaction, even when the booking does not change; `reason` goes into the audit trail.

    Raises `BookingNotFound`, `VersionMismatch`, `SlotUnavailable`, `EditConflict`,
    `DoneBeforeError` (by `also`) and what `decide` raises.
    """
    booking = find_visible(table, booking_id, caller)
    for _ in range(_ATTEMPTS):
        if not accepts(booking.version):
            raise VersionMismatch(f"The booking is at version {booking.version}.")
        signer = caller.signing_after(booking.updated_at)
        step = decide(booking, signer)
        if step.after == booking:
            bookings.write_alone(table, also(step))
            return booking
        event = audit_event(booking, step.after, signer, step.entries, reason)
        try:
            bookings.save(table, booking, step.after, event, step.entries, also(step))
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


def find_visible(table: Table, booking_id: str, caller: Caller) -> Booking:
    """Return the booking; raises `BookingNotFound`, also when it is another customer's."""
    booking = bookings.find(table, booking_id)
    if booking is None:
        raise booking_not_found()
    check_visible(booking, caller)
    return booking

"""Give back the slots of bookings that nobody has paid in time (`domain.md §4`)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from teppan.domain.booking import Step
from teppan.domain.caller import Caller
from teppan.domain.cancellation import lapse
from teppan.services.gateway import Gateway
from teppan.services.open_payments import close_payments, open_attempts
from teppan.services.revision import find_visible, revise
from teppan.store import bookings, jobs, keys
from teppan.store.bookings import Due
from teppan.store.table import Table
from teppan.thread_pool import Outcome, run_in_threads

THREADS: Final = 6
"""Stripe takes 25 requests a second at one endpoint, and answers in about 300 ms: these make 20."""

LAST_BEGIN: Final = timedelta(seconds=60)
"""How long before its end a run begins no more: the longest that one booking takes."""

_JOB: Final = "releaseUnpaidBookings"


def release_overdue(
    table: Table, gateway: Gateway, caller: Caller, time_left: Callable[[], timedelta]
) -> Outcome[Due, bool]:
    """Release every booking whose time to pay has passed, the longest overdue first.

    What the time does not suffice for is left to the next run, which goes on behind the place where
    this one stops: bookings that fail again and again are never in the way of the others.
    """
    stopped_at = jobs.stopped_at(table, _JOB)
    queue = sorted(
        bookings.due(table, keys.RELEASE, caller.at),
        key=lambda each: (each.place <= stopped_at, each.place),
    )
    outcome = run_in_threads(
        queue,
        lambda due: release_unpaid(table, gateway, due.booking_id, caller),
        threads=THREADS,
        may_begin=lambda: time_left() > LAST_BEGIN,
    )
    stops_at = queue[outcome.begun - 1].place if outcome.begun and outcome.left else ""
    if stops_at != stopped_at and (outcome.begun or not queue):
        jobs.stop_at(table, _JOB, stops_at)
    return outcome


def release_unpaid(table: Table, gateway: Gateway, booking_id: str, caller: Caller) -> bool:
    """Cancel the booking unless Stripe knows of a payment; return whether its slot is free now.

    A payment that is at the bank is waited for until the start. Two runs at the same booking have
    one effect. Raises what `revise`, `apply_payment` and the gateway raise.
    """
    booking = find_visible(table, booking_id, caller)
    if lapse(booking, caller).after == booking:
        return False
    closing = close_payments(table, gateway, open_attempts(table, booking_id), caller)
    wait = closing.in_progress and caller.at < booking.slot.starts_at
    after = revise(
        table,
        booking_id,
        lambda booking: Step(booking) if wait else lapse(booking, caller),
        caller,
    )
    return after.has_lapsed

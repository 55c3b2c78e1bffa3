"""Give back the slots of bookings that nobody has paid in time (`domain.md §4`)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from teppan.batch import BatchResult
from teppan.domain.bookings.booking import Step
from teppan.domain.bookings.cancellation import expire
from teppan.domain.caller import Caller
from teppan.services.bookings.access import get_booking_for
from teppan.services.bookings.revision import revise
from teppan.services.job_queue import LAST_BEGIN, work_through
from teppan.services.payments.open_payments import close_payments, open_attempts
from teppan.services.payments.provider import PaymentProvider
from teppan.store import keys
from teppan.store.bookings import bookings
from teppan.store.queue import Queued
from teppan.store.table import Table
from teppan.thread_pool import run_in_threads

THREADS: Final = 6
"""Stripe takes 25 requests a second at one endpoint, and answers in about 300 ms: these make 20."""

_JOB: Final = "releaseUnpaidBookings"


def release_overdue(
    table: Table,
    provider: PaymentProvider,
    author: Callable[[], Caller],
    time_left: Callable[[], timedelta],
) -> BatchResult[Queued, bool]:
    """Release every booking whose time to pay has passed, the longest overdue first.

    `author` returns who releases it at the present instant. What the time does not suffice for is
    left to the next run, which goes on behind the place where this one stops.
    """
    return work_through(
        table,
        _JOB,
        bookings.due(table, keys.RELEASE, author().at),
        lambda queue: run_in_threads(
            queue,
            lambda due: release_unpaid(table, provider, due.booking_id, author()),
            threads=THREADS,
            may_begin=lambda: time_left() > LAST_BEGIN,
        ),
    )


def release_unpaid(
    table: Table, provider: PaymentProvider, booking_id: str, caller: Caller
) -> bool:
    """Cancel the booking unless Stripe knows of a payment; return whether its slot is free now.

    A payment that is at the bank is waited for until the start. Two runs at the same booking have
    one effect. Raises what `revise`, `apply_payment` and the gateway raise.
    """
    booking = get_booking_for(table, booking_id, caller)
    if expire(booking, caller).after == booking:
        return False
    closing = close_payments(table, provider, open_attempts(table, booking_id), caller)
    wait = closing.in_progress and caller.at < booking.slot.starts_at
    after = revise(
        table,
        booking_id,
        lambda booking, signer: Step(booking) if wait else expire(booking, signer),
        caller,
    )
    return after.has_expired

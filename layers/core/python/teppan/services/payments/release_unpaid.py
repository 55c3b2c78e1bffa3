"""Expire bookings that were not paid in time, and release their slots (`domain.md §4`)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from teppan.batch import BatchResult
from teppan.domain.bookings.booking import Step
from teppan.domain.bookings.cancellation import expire
from teppan.domain.caller import Caller
from teppan.services.bookings.access import get_booking_for
from teppan.services.bookings.revision import revise
from teppan.services.job_queue import MIN_TIME_PER_ITEM, work_through
from teppan.services.payments.open_payments import close_payments, open_attempts
from teppan.services.payments.provider import PaymentProvider
from teppan.store import keys
from teppan.store.bookings import queues
from teppan.store.queue import Queued
from teppan.store.table import Table
from teppan.thread_pool import run_in_threads

THREADS: Final = 6
"""Six threads make about 20 requests a second, as Stripe answers in about 300 ms; it allows 25."""

_JOB: Final = "releaseUnpaidBookings"


def release_overdue(
    table: Table,
    provider: PaymentProvider,
    author: Callable[[], Caller],
    time_left: Callable[[], timedelta],
) -> BatchResult[Queued, bool]:
    """Release every booking whose payment is overdue, the longest overdue first.

    `author` returns the caller at the present instant. Bookings for which there is no time are left
    to the next run, which continues behind the place where this one stops.
    """
    return work_through(
        table,
        _JOB,
        queues.due(table, keys.RELEASE, author().at),
        lambda queue: run_in_threads(
            queue,
            lambda due: release_unpaid(table, provider, due.booking_id, author()),
            threads=THREADS,
            may_begin=lambda: time_left() > MIN_TIME_PER_ITEM,
        ),
    )


def release_unpaid(
    table: Table, provider: PaymentProvider, booking_id: str, caller: Caller
) -> bool:
    """Expire the booking unless it has been paid; return whether its slot is released.

    While a payment is in progress at the bank, the booking stays until the start. Two runs on the
    same booking have one effect. Raises what `revise`, `apply_payment` and the provider raise.
    """
    booking = get_booking_for(table, booking_id, caller)
    if expire(booking, caller).after == booking:
        return False
    closing = close_payments(table, provider, open_attempts(table, booking_id), caller)
    must_wait = closing.in_progress and caller.at < booking.slot.starts_at
    after = revise(
        table,
        booking_id,
        lambda booking, recorder: Step(booking) if must_wait else expire(booking, recorder),
        caller,
    )
    return after.has_expired

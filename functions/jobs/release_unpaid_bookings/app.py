"""Every few minutes: give back the slots that nobody has paid for in time (`domain.md §4`)."""

from teppan.domain.caller import Caller
from teppan.observability.metrics import count
from teppan.services.release_unpaid import release_unpaid
from teppan.store import bookings, keys
from teppan.store.table import connect
from teppan.trigger import Event, attempt_all, fail_if, job
from teppan_payments.gateway import gateway

table, stripe = connect(), gateway()


@job("releaseUnpaidBookings")
def handler(_event: Event, caller: Caller) -> None:
    """Cancel what is overdue, unless Stripe knows of a payment."""

    def release(booking_id: str) -> None:
        booking = release_unpaid(table, stripe, booking_id, caller)
        count("BookingsReleased", int(booking.has_lapsed))

    fail_if(attempt_all(bookings.due(table, keys.RELEASE, caller.at), release))

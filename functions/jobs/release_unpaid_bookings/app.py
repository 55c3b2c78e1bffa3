"""Every few minutes: give back the slots that nobody has paid for in time (`domain.md §4`)."""

from teppan.domain.caller import Caller
from teppan.observability.metrics import count, tell
from teppan.services.release_unpaid import release_overdue
from teppan.store.table import connect
from teppan.trigger import Event, TimeLeft, fail_if, job
from teppan_payments.gateway import gateway

table, stripe = connect(), gateway()


@job("releaseUnpaidBookings")
def handler(_event: Event, caller: Caller, time_left: TimeLeft) -> None:
    """Cancel what is overdue, unless Stripe knows of a payment; the next run does what is left."""
    outcome = release_overdue(table, stripe, caller, time_left)
    count("BookingsReleased", sum(outcome.results))
    tell("OverdueBookingsLeft", outcome.left)
    fail_if(outcome.failed)

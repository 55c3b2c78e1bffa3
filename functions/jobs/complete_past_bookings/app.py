"""Every hour: confirmed parties whose start is some hours past took place (`domain.md §4`)."""

from teppan.domain.caller import Caller
from teppan.observability.metrics import count
from teppan.services.complete_past import complete_past
from teppan.store import bookings, keys
from teppan.store.bookings import Due
from teppan.store.table import connect
from teppan.trigger import Event, TimeLeft, attempt_all, fail_if, job

table = connect()


@job("completePastBookings")
def handler(_event: Event, caller: Caller, _time_left: TimeLeft) -> None:
    """Complete what is over."""

    def complete(due: Due) -> None:
        complete_past(table, due.booking_id, caller)
        count("BookingsCompleted")

    fail_if(attempt_all(bookings.due(table, keys.COMPLETE, caller.at), complete))

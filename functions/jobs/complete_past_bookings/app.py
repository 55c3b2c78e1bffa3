"""Every hour: complete confirmed bookings some hours after their start (`domain.md §4`)."""

from teppan.batch import run_each
from teppan.observability.metrics import count
from teppan.services.bookings.complete_past import complete_past
from teppan.store import keys
from teppan.store.bookings import queues
from teppan.store.queue import Queued
from teppan.store.table import connect
from teppan.trigger import Author, Event, TimeLeft, job, raise_if_any_failed

table = connect()


@job("completePastBookings")
def handler(_event: Event, author: Author, _time_left: TimeLeft) -> None:
    """Complete each booking that is due."""

    def complete(due: Queued) -> None:
        complete_past(table, due.booking_id, author())
        count("BookingsCompleted")

    raise_if_any_failed(run_each(queues.due(table, keys.COMPLETE, author().at), complete))

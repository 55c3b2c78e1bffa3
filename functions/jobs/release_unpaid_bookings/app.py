"""Every few minutes: cancel unpaid bookings that are overdue (`domain.md §4`)."""

from teppan.observability.metrics import count, emit_alarm_metric
from teppan.services.payments.release_unpaid import release_overdue
from teppan.store.table import connect
from teppan.trigger import Author, Event, TimeLeft, job, raise_if_any_failed
from teppan_payments.stripe_provider import provider

table, stripe = connect(), provider()


@job("releaseUnpaidBookings")
def handler(_event: Event, author: Author, time_left: TimeLeft) -> None:
    """Cancel overdue bookings unless Stripe has a payment; the next run handles those left."""
    outcome = release_overdue(table, stripe, author, time_left)
    count("BookingsReleased", sum(outcome.results))
    emit_alarm_metric("OverdueBookingsLeft", len(outcome.remaining))
    raise_if_any_failed(outcome)

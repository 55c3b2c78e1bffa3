"""The audit trail of a booking (`domain.md §4`)."""

from teppan.domain.bookings.audit import AuditEvent
from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.store.bookings import bookings
from teppan.store.table import Table


def list_booking_events(
    table: Table, booking_id: str, caller: Caller, *, limit: int, after: int | None
) -> tuple[list[AuditEvent], int | None]:
    """Return a page of events, oldest first, and the last version if there are more: one Query.

    Every event has its customer's id, so access needs no read of the booking. Raises
    `BookingNotFound`.
    """
    events = bookings.events(table, booking_id, limit + 1, after)
    if not events or not caller.may_see(events[0].customer_id):
        raise BookingNotFound
    page = events[:limit]
    return page, page[-1].version if len(events) > limit else None

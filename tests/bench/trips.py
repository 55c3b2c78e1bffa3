"""Round trips and capacity units of each operation, counted on the engine."""

from collections.abc import Callable, Iterator
from datetime import date, time

from teppan.domain.accounts.session import Session
from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.slot import slot_at
from teppan.domain.policy import CURRENT
from teppan.services.accounts.live_session import check_live
from teppan.services.accounts.lockout import LOGIN, Origin, count_attempt
from teppan.services.bookings.access import get_booking_for
from teppan.services.bookings.availability import search_availability
from teppan.services.bookings.cancel_booking import cancel_booking, quote_cancellation
from teppan.services.bookings.create_booking import create_booking
from teppan.services.bookings.list_booking_events import list_booking_events
from teppan.services.bookings.list_bookings import list_bookings
from teppan.services.bookings.update_booking import update_booking
from teppan.services.idempotency import IdempotencyKey
from teppan.services.precondition import any_version
from teppan.store.bookings import slots
from teppan.store.bookings.listing import BookingQuery
from tests.bench.ground import ground
from tests.builders import (
    CUSTOMER,
    NOW,
    PARTY_DATE,
    SESSION,
    SESSION_BEGAN,
    admin,
    booking_request,
    caller,
)
from tests.caches import availability_cache
from tests.store.meter import Meter

TITLE = "Round trips and capacity units (of reads and single writes; transactions: see docs)"

ORIGIN = Origin("somebody", "somewhere", NOW)
SOMEBODYS = Session(SESSION, CUSTOMER, SESSION_BEGAN)


def rows() -> Iterator[list[str]]:
    """Yield the table's rows, one for each operation."""
    yield ["operation", "round trips", "units"]
    yield ["---", "---", "--:"]
    with ground() as stage, Meter(stage.client) as meter:
        table, made = stage.table, stage.booking
        month = date(2026, 12, 1), date(2026, 12, 31)
        slot = slot_at(PARTY_DATE, time(12), CURRENT)
        cached = availability_cache()
        search_availability(table, *month, caller(), cached)
        calls: dict[str, Callable[[], object]] = {
            "create": lambda: create_booking(
                table,
                booking_request(time=time(15)),
                IdempotencyKey("bench", "a" * 64),
                caller(),
            ),
            "get": lambda: get_booking_for(table, made.id, caller()),
            "list": lambda: list_bookings(
                table, BookingQuery(limit=20, customer_id=CUSTOMER), caller()
            ),
            "availability, a month": lambda: search_availability(table, *month, caller()),
            "availability, a month, cached": lambda: search_availability(
                table, *month, caller(), cached
            ),
            "set capacity": lambda: slots.set_capacity(table, slot, 3, admin()),
            "cancellation quote": lambda: quote_cancellation(table, made.id, caller()),
            "change": lambda: update_booking(
                table, made.id, Changes(time=time(21)), caller(), any_version
            ),
            "cancel": lambda: cancel_booking(
                table, made.id, CancellationRequest(), caller(), any_version
            ),
            "is the session live?": lambda: check_live(table, SOMEBODYS, NOW),
            "count an attempt": lambda: count_attempt(table, ORIGIN, LOGIN),
            "events": lambda: list_booking_events(table, made.id, caller(), limit=20, after=None),
        }
        for name, call in calls.items():
            meter.reset()
            call()
            transaction = "TransactWriteItems" in meter.calls
            trips = ", ".join(meter.calls) or "none"
            yield [name, trips, "-" if transaction else f"{meter.units:g}"]

"""The cost of each operation: round trips, and capacity units by AWS's rules.

The figures are in `docs/data-model.md`. The engine reports reads and single writes correctly.
`tests.store.capacity` computes transactions; the first tests check it against the engine.
"""

import base64
import random
from collections.abc import Callable
from datetime import date, time

import pytest
from botocore.client import BaseClient
from tests.builders import (
    NOW,
    PARTY_DATE,
    admin,
    attempt,
    booking,
    booking_request,
    caller,
    ledger_entry,
)
from tests.store import capacity
from tests.store.meter import Meter

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.party import Menu
from teppan.domain.bookings.slot import slot_at
from teppan.domain.ledger import EntryKind
from teppan.domain.payments.event import PaymentEvent
from teppan.domain.policy import CURRENT
from teppan.domain.webhook_event import EventSource
from teppan.services.bookings.access import get_booking_for
from teppan.services.bookings.availability import search_availability
from teppan.services.bookings.cancel_booking import cancel_booking, quote_cancellation
from teppan.services.bookings.create_booking import create_booking
from teppan.services.bookings.list_booking_events import list_booking_events
from teppan.services.bookings.update_booking import update_booking
from teppan.services.idempotency import IdempotencyKey
from teppan.services.payments.list_payments import list_payments
from teppan.services.precondition import any_version
from teppan.services.webhooks.list_webhook_events import list_webhook_events
from teppan.store import inbox, keys
from teppan.store.attributes import Item, from_attributes, to_attributes
from teppan.store.bookings import bookings, slots
from teppan.store.bookings.items import booking_item
from teppan.store.payments import attempts
from teppan.store.payments.request_records import RequestRecord
from teppan.store.table import Table
from teppan.store.webhooks.listing import EventQuery

ALL_EXTRAS = Menu(
    dict.fromkeys(CURRENT.upgrade_prices, 12), dict.fromkeys(CURRENT.add_on_prices, 12)
)


@pytest.fixture
def large_booking(table: Table) -> Booking:
    """Return a stored booking with all extras of the menu."""
    large_booking = booking(menu=ALL_EXTRAS, special_requests="x" * 500)
    bookings.add(table, large_booking, audit_event(None, large_booking, caller()))
    return large_booking


@pytest.fixture
def small_booking(table: Table) -> Booking:
    """Return a stored booking of the usual size."""
    small_booking = booking()
    bookings.add(table, small_booking, audit_event(None, small_booking, caller()))
    return small_booking


def stored(booking: Booking) -> Item:
    """Return a booking's item without its empty attributes, as the table holds it."""
    return from_attributes(to_attributes(booking_item(booking)))


class TestTheCalculatorAgreesWithTheEngine:
    """For single writes, gets and queries, which the engine reports correctly."""

    @pytest.fixture
    def put(self, dynamodb: BaseClient, table_name: str) -> Callable[[Item], None]:
        def put(item: Item) -> None:
            dynamodb.put_item(TableName=table_name, Item=to_attributes(item))

        return put

    @pytest.mark.parametrize("request_length", [0, 700, 1000, 1400, 5000])
    def test_computed_write_units_of_new_items_match_the_engine(
        self, put: Callable[[Item], None], meter: Meter, request_length: int
    ) -> None:
        item = stored(booking(special_requests="é" * request_length))

        put(item)

        assert meter.units == capacity.write_units(None, item, transaction=False)

    @pytest.mark.parametrize(
        "changes",
        [
            {"special_requests": "no projected attribute"},
            {"status": "confirmed"},
            {"gsi1sk": "2027-01-01T02:00:00Z#moved", "gsi2sk": "2027-01-01T02:00:00Z#moved"},
            {"gsi3pk": "DUE#complete", "gsi3sk": "2027-01-01T02:00:00Z#moved"},
            {"gsi3pk": None, "gsi3sk": None},
            {"gsi4pk": "IN_FLIGHT", "gsi4sk": "bkg_1"},
            {},
        ],
        ids=["nothing listed", "listed", "moved", "due", "over", "owed", "nothing"],
    )
    def test_computed_write_units_of_changes_match_the_engine(
        self, put: Callable[[Item], None], meter: Meter, changes: Item
    ) -> None:
        before = stored(booking())
        after = {name: each for name, each in (before | changes).items() if each is not None}
        put(before)
        meter.reset()

        put(after)

        assert meter.units == capacity.write_units(before, after, transaction=False)

    def test_computed_read_units_match_the_engine(
        self, table: Table, large_booking: Booking, meter: Meter
    ) -> None:
        item = stored(large_booking)

        table.get(keys.booking(large_booking.id))

        assert meter.units == capacity.read_units(capacity.size(item), consistent=True)


def test_creating_a_booking_is_one_round_trip(table: Table, meter: Meter) -> None:
    created = create_booking(table, booking_request(), IdempotencyKey("key", "a" * 64), caller())

    assert meter.calls == ["TransactWriteItems"]
    assert _stored_units(table, created.booking) == {
        "booking": 4 + 3,
        "slot": 2,
        "event": 2,
        "quota": 2,
    }


def test_replaying_a_create_is_one_round_trip(table: Table, meter: Meter) -> None:
    request = IdempotencyKey("key", "a" * 64)
    create_booking(table, booking_request(), request, caller())
    meter.reset()

    assert create_booking(table, booking_request(), request, caller()).replayed
    assert meter.calls == ["TransactWriteItems"]


def test_getting_a_booking_is_one_get_item(
    table: Table, large_booking: Booking, meter: Meter
) -> None:
    get_booking_for(table, large_booking.id, caller())

    assert meter.calls == ["GetItem"]
    assert meter.units == 1


@pytest.mark.parametrize(
    ("changes", "units"), [(Changes(special_requests="Candles"), 8), (Changes(time=time(21)), 14)]
)
def test_changing_a_booking_is_one_read_and_one_write(
    table: Table, small_booking: Booking, meter: Meter, changes: Changes, units: float
) -> None:
    changed = update_booking(table, small_booking.id, changes, caller(), any_version)

    assert meter.calls == ["GetItem", "TransactWriteItems"]
    assert _step_units(table, small_booking, changed) == units


def test_cancelling_a_booking_is_one_read_and_one_write(
    table: Table, small_booking: Booking, meter: Meter
) -> None:
    cancelled = cancel_booking(
        table, small_booking.id, CancellationRequest(), caller(), any_version
    )

    assert meter.calls == ["GetItem", "TransactWriteItems"]
    assert _step_units(table, small_booking, cancelled) == 16


def test_quoting_a_cancellation_is_one_get_item(
    table: Table, large_booking: Booking, meter: Meter
) -> None:
    quote_cancellation(table, large_booking.id, caller())

    assert meter.calls == ["GetItem"]


def test_listing_the_audit_trail_is_one_query(
    table: Table, large_booking: Booking, meter: Meter
) -> None:
    list_booking_events(table, large_booking.id, caller(), limit=20, after=None)

    assert meter.calls == ["Query"]


def test_listing_payments_is_two_queries_between_two_reads_of_the_booking(
    table: Table, small_booking: Booking, meter: Meter
) -> None:
    # Given an attempt and an entry, because the engine counts nothing for an empty Query; AWS does
    attempt_ = attempt(booking_id=small_booking.id)
    attempts.add_attempt(
        table, small_booking, RequestRecord("pay_1", "f" * 64, attempt_.name), attempt_
    )
    bookings.note(table, small_booking.id, ledger_entry(EntryKind.CAPTURED))
    meter.reset()

    list_payments(table, small_booking.id, caller())

    assert meter.calls == ["GetItem", "Query", "Query", "GetItem"]
    assert meter.units == 4


def test_a_month_of_availability_is_one_query(
    table: Table, large_booking: Booking, meter: Meter
) -> None:
    search_availability(table, date(2026, 12, 1), date(2026, 12, 31), caller())

    assert meter.calls == ["Query"]
    assert meter.units == 1


def test_a_month_of_full_slots_of_the_largest_capacity_is_one_query(
    table: Table, dynamodb: BaseClient, table_name: str, meter: Meter
) -> None:
    # Given 124 slots with 20 bookings each
    for day in range(1, 32):
        for start in CURRENT.start_times:
            pk, sk = keys.slot(slot_at(date(2026, 12, day), start, CURRENT))
            claims = frozenset(f"bkg_{n:026}" for n in range(20))
            item = {"pk": pk, "sk": sk, "claims": claims, "capacity": 20}
            dynamodb.put_item(TableName=table_name, Item=to_attributes(item))
    meter.reset()

    found = search_availability(table, date(2026, 12, 1), date(2026, 12, 31), caller())

    assert [slot.occupancy.remaining for slot in found] == [0] * 124
    assert meter.calls == ["Query"]


def test_a_page_of_webhook_events_is_one_query_for_events_of_any_size(
    table: Table, meter: Meter
) -> None:
    # Given events of 40 KB each
    noise = base64.b64encode(random.Random(7).randbytes(40_000)).decode()
    for number in range(21):
        event = PaymentEvent(
            id=f"evt_{number:03}",
            type="charge.dispute.created",
            created_at=NOW,
            payment="pi_1",
            payload=noise,
            size=len(noise),
        )
        inbox.receive(table, event, NOW)
    meter.reset()

    query = EventQuery(limit=20, source=EventSource.STRIPE)
    page = list_webhook_events(table, query, caller(at=NOW))

    assert (len(page.items), page.next is None) == (20, False)
    assert meter.calls == ["Query"]
    assert meter.units <= 1.5


def test_setting_the_capacity_of_a_slot_is_one_update(table: Table, meter: Meter) -> None:
    slots.set_capacity(table, slot_at(PARTY_DATE, time(18), CURRENT), 3, admin())

    assert meter.calls == ["UpdateItem"]
    assert meter.units == 1


def _stored_units(table: Table, large_booking: Booking) -> dict[str, float]:
    """Return the units of the transaction that created the booking, item by item."""
    stored = {
        "booking": keys.booking(large_booking.id),
        "slot": keys.slot(large_booking.slot),
        "event": keys.event(large_booking.id, 1),
        "quota": keys.quota(large_booking.customer_id),
    }
    return {
        name: capacity.write_units(None, table.get(key) or {}, transaction=True)
        for name, key in stored.items()
    }


def _step_units(table: Table, before: Booking, after: Booking) -> float:
    """Return the units of the transaction that stored a step."""
    changed_slots = {
        slot
        for slot in (before.slot, after.slot)
        if (before.slot, before.status) != (after.slot, after.status)
    }
    written = [
        table.get(keys.event(after.id, after.version)),
        *(table.get(keys.slot(slot)) for slot in changed_slots),
        *([table.get(keys.quota(after.customer_id))] if before.status is not after.status else []),
        *([mark] if (mark := table.get(keys.open_payment(after.id))) else []),
    ]
    return capacity.write_units(stored(before), stored(after), transaction=True) + sum(
        capacity.write_units(None, item or {}, transaction=True) for item in written
    )

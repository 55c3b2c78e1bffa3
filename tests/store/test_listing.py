"""Lists by start: complete and in order, also while others write."""

from dataclasses import replace
from datetime import date, time, timedelta
from threading import Event, Thread

import pytest
from tests.builders import (
    CUSTOMER,
    OTHER_CUSTOMER,
    admin,
    booking,
    caller,
    days_ahead,
)
from tests.sizes import pairs
from tests.store.meter import Meter

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.transition import Status
from teppan.domain.payment_status import PaymentStatus
from teppan.services.bookings.cancel_booking import cancel_booking
from teppan.services.bookings.list_bookings import list_bookings
from teppan.services.bookings.update_booking import update_booking
from teppan.services.precondition import any_version
from teppan.store.bookings import bookings
from teppan.store.bookings.listing import BookingQuery
from teppan.store.table import Table


def stored(table: Table, number: int, day: date, customer: str = CUSTOMER) -> Booking:
    created = booking(f"bkg_{number:026}", date=day, caller=caller(customer))
    bookings.add(table, created, audit_event(None, created, admin()))
    return created


def read_all_pages(table: Table, query: BookingQuery) -> list[str]:
    """Return the ids of all pages, in order."""
    ids: list[str] = []
    while True:
        page = list_bookings(table, query, admin())
        assert len(page.items) <= query.limit
        ids += [item["booking_id"] for item in page.items]
        if page.next is None:
            return ids
        query = replace(query, after=page.next)


@pytest.fixture
def across_months(table: Table) -> list[str]:
    """Store bookings of two customers on 12 days over nine months; return the ids by start."""
    days = [3, 9, 10, 11, 40, 41, 100, 101, 102, 103, 250, 260]
    return [
        stored(table, n, days_ahead(day), (CUSTOMER, OTHER_CUSTOMER)[n % 2]).id
        for n, day in enumerate(days)
    ]


@pytest.mark.parametrize(("limit", "descending"), pairs([1, 2, 3, 5, 12, 100], [False, True]))
class TestAllPagesOfAList:
    def test_a_list_of_all_bookings_shows_each_once_in_order(
        self, table: Table, across_months: list[str], limit: int, descending: bool
    ) -> None:
        expected = across_months[::-1] if descending else across_months
        assert read_all_pages(table, BookingQuery(limit=limit, descending=descending)) == expected

    def test_a_list_of_a_customer_shows_each_booking_once_in_order(
        self, table: Table, across_months: list[str], limit: int, descending: bool
    ) -> None:
        expected = across_months[::2][::-1] if descending else across_months[::2]
        query = BookingQuery(limit=limit, customer_id=CUSTOMER, descending=descending)
        assert read_all_pages(table, query) == expected

    def test_a_list_within_dates_shows_each_booking_once_in_order(
        self, table: Table, across_months: list[str], limit: int, descending: bool
    ) -> None:
        inner = across_months[2:9]
        query = BookingQuery(
            limit=limit, first=days_ahead(10), last=days_ahead(102), descending=descending
        )
        assert read_all_pages(table, query) == (inner[::-1] if descending else inner)

    def test_a_list_of_a_status_shows_each_booking_once_in_order(
        self, table: Table, across_months: list[str], limit: int, descending: bool
    ) -> None:
        # Given that every third booking is cancelled
        for booking_id in across_months[::3]:
            cancel_booking(table, booking_id, CancellationRequest("x", 100), admin(), any_version)
        cancelled = across_months[::3][::-1] if descending else across_months[::3]
        query = BookingQuery(limit=limit, status=Status.CANCELLED, descending=descending)
        assert read_all_pages(table, query) == cancelled


def test_a_list_page_with_bookings_is_one_query(
    table: Table, across_months: list[str], meter: Meter
) -> None:
    page = list_bookings(
        table, BookingQuery(limit=2, first=days_ahead(40), last=days_ahead(104)), admin()
    )

    assert [item["booking_id"] for item in page.items] == across_months[4:6]
    assert meter.calls == ["Query"]


def test_a_list_page_skips_months_without_bookings(table: Table) -> None:
    # Given a booking in half a year and none before
    distant = stored(table, 1, days_ahead(180))

    page = list_bookings(table, BookingQuery(limit=10), admin())

    assert [item["booking_id"] for item in page.items] == [distant.id]


def test_an_empty_list_of_bookings_has_no_next_page(table: Table) -> None:
    page = list_bookings(table, BookingQuery(limit=10), admin())

    assert page.items == []
    assert page.next is None


def test_filters_of_a_list_combine(table: Table, across_months: list[str]) -> None:
    query = BookingQuery(
        limit=10, status=Status.PENDING, payment_status=PaymentStatus.PAID, customer_id=CUSTOMER
    )

    assert read_all_pages(table, query) == []


def test_a_listed_day_is_a_local_day_and_not_a_utc_day(table: Table) -> None:
    # Given a party at 21:00, which is the next day in UTC
    late = booking("bkg_late", date=date(2026, 12, 31), time=time(21))
    bookings.add(table, late, audit_event(None, late, caller()))

    new_year = date(2027, 1, 1)
    eve = BookingQuery(
        limit=5, first=new_year - timedelta(days=1), last=new_year - timedelta(days=1)
    )

    assert read_all_pages(table, eve) == ["bkg_late"]
    assert read_all_pages(table, replace(eve, first=new_year, last=new_year)) == []


def test_a_list_read_page_by_page_is_complete_while_others_write(table: Table) -> None:
    # Given 30 unchanged bookings, and a writer who creates, moves and cancels others among them
    staying = [stored(table, 100 + n, days_ahead(10 + 2 * n)).id for n in range(30)]
    done = Event()

    def write() -> None:
        number = 1000
        while not done.is_set():
            number += 1
            created = stored(table, number, days_ahead(11 + 2 * (number % 25)))
            later = Changes(date=created.slot.date + timedelta(days=100))
            update_booking(table, created.id, later, caller(), any_version)
            cancel_booking(table, created.id, CancellationRequest(), caller(), any_version)

    writer = Thread(target=write)
    writer.start()

    # When all pages are read again and again meanwhile
    try:
        complete_reads = [
            read_all_pages(table, BookingQuery(limit=4, customer_id=CUSTOMER)) for _ in range(15)
        ]
    finally:
        done.set()
        writer.join()

    # Then each read shows all unchanged bookings once, in order
    for ids in complete_reads:
        assert [booking_id for booking_id in ids if booking_id in staying] == staying

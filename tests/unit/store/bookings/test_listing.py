"""Partitions and next positions of a list; `tests/store` tests the pages on DynamoDB."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from tests.builders import CUSTOMER

from teppan.domain.bookings.transition import Status
from teppan.domain.payment_status import PaymentStatus
from teppan.store.bookings import listing
from teppan.store.bookings.listing import BookingQuery
from teppan.store.list_pages import Position
from teppan.store.table import Page, Table

NEW_YEAR = {"first": date(2026, 12, 31), "last": date(2027, 1, 1)}
MIDDAY = "2026-12-25T20:00:00Z#bkg_1"


def query(**request: Any) -> BookingQuery:
    return BookingQuery(limit=2, **request)


class TestPartitions:
    @pytest.mark.parametrize(
        ("first", "last", "months"),
        [
            (date(2026, 12, 24), date(2026, 12, 24), ["2026-12"]),
            (date(2026, 12, 1), date(2026, 12, 31), ["2026-12"]),
            (date(2026, 12, 31), date(2027, 1, 1), ["2026-12", "2027-01"]),
            (date(2027, 1, 31), date(2027, 3, 1), ["2027-01", "2027-02", "2027-03"]),
        ],
    )
    def test_a_list_across_customers_reads_the_partitions_of_its_local_months(
        self, first: date, last: date, months: list[str]
    ) -> None:
        partitions = [f"BOOKINGS#{month}" for month in months]

        assert listing._partitions(query(first=first, last=last)) == partitions
        assert (
            listing._partitions(query(first=first, last=last, descending=True))
            == (partitions[::-1])
        )

    def test_a_customers_list_reads_one_partition(self) -> None:
        assert listing._partitions(query(customer_id=CUSTOMER)) == [f"CUSTOMER#{CUSTOMER}"]

    @pytest.mark.parametrize("dates", [{}, {"first": date(2027, 1, 1)}, {"last": date(2027, 1, 1)}])
    def test_a_list_across_customers_without_both_dates_is_refused(
        self, dates: dict[str, date]
    ) -> None:
        with pytest.raises(ValueError, match="both dates"):
            listing._partitions(query(**dates))


class TestNextPosition:
    def test_a_full_page_continues_behind_its_last_row(self) -> None:
        rows = [{"gsi2sk": start} for start in ("a", "b", "c")]

        place = listing._next(query(**NEW_YEAR), Position("BOOKINGS#2026-12"), Page(rows, None))

        assert place == Position("BOOKINGS#2026-12", "b")

    def test_a_page_without_a_further_row_is_the_last_of_its_partition(self) -> None:
        rows = [{"gsi2sk": start} for start in ("a", "b")]

        place = listing._next(query(**NEW_YEAR), Position("BOOKINGS#2027-01"), Page(rows, None))

        assert place is None

    def test_a_filtered_page_continues_behind_the_last_row_examined(self) -> None:
        page = Page([], {"gsi2sk": "x"})

        assert listing._next(query(**NEW_YEAR), Position("BOOKINGS#2026-12"), page) == (
            Position("BOOKINGS#2026-12", "x")
        )

    @pytest.mark.parametrize(
        ("descending", "current_month", "next_month"),
        [(False, "2026-12", "2027-01"), (True, "2027-01", "2026-12")],
    )
    def test_a_list_continues_at_the_beginning_of_the_next_month(
        self, descending: bool, current_month: str, next_month: str
    ) -> None:
        place = listing._next(
            query(descending=descending, **NEW_YEAR),
            Position(f"BOOKINGS#{current_month}", "somewhere"),
            Page([], None),
        )

        assert place is not None
        assert (place.partition, place.start) == (f"BOOKINGS#{next_month}", "")

    @pytest.mark.parametrize(("descending", "last"), [(False, "2027-01"), (True, "2026-12")])
    def test_a_list_ends_after_its_last_month(self, descending: bool, last: str) -> None:
        request = query(descending=descending, **NEW_YEAR)

        assert listing._next(request, Position(f"BOOKINGS#{last}"), Page([], None)) is None

    def test_a_customers_list_continues_by_the_customers_index(self) -> None:
        rows = [{"gsi1sk": start} for start in ("a", "b", "c")]
        position = Position(f"CUSTOMER#{CUSTOMER}")

        assert listing._next(query(customer_id=CUSTOMER), position, Page(rows, None)) == (
            Position(position.partition, "b")
        )


class TestStartKey:
    def test_the_beginning_of_a_partition_has_no_start_key(self) -> None:
        assert listing._start_key("gsi1", Position("CUSTOMER#x")) is None

    def test_a_start_key_is_the_whole_key_of_the_row_before(self) -> None:
        assert listing._start_key("gsi2", Position("BOOKINGS#2026-12", MIDDAY)) == {
            "pk": "BOOKING#bkg_1",
            "sk": "BOOKING",
            "gsi2pk": "BOOKINGS#2026-12",
            "gsi2sk": MIDDAY,
        }


class QueryRecorder(Table):
    """Records the request of a query and returns an empty page."""

    def __init__(self) -> None:
        self.request: dict[str, Any] = {}

    def query(self, condition: str, values: Mapping[str, Any], **how: Any) -> Page:
        self.request = {"condition": condition, "values": values} | how
        return Page([], None)


class TestPageQuery:
    def test_a_page_query_reads_one_row_more_than_it_shows(self) -> None:
        table = QueryRecorder()

        listing._read(table, query(**NEW_YEAR), Position("BOOKINGS#2026-12"))

        assert table.request == {
            "condition": "gsi2pk = :partition AND gsi2sk BETWEEN :first AND :last",
            "values": {
                "partition": "BOOKINGS#2026-12",
                "first": "2026-12-31T08:00:00Z",
                "last": "2027-01-02T08:00:00Z",
            },
            "index": "GSI2",
            "filter_by": None,
            "names": None,
            "forward": True,
            "limit": 3,
            "after": None,
        }

    def test_a_page_query_of_a_customer_without_dates_has_no_bounds(self) -> None:
        table = QueryRecorder()

        listing._read(table, query(customer_id=CUSTOMER, descending=True), Position("CUSTOMER#1"))

        assert table.request["index"] == "GSI1"
        assert table.request["forward"] is False
        assert table.request["values"]["first"] < "2" < table.request["values"]["last"]

    def test_a_filtered_page_query_examines_more_rows_than_it_shows(self) -> None:
        table = QueryRecorder()
        request = query(status=Status.PENDING, payment_status=PaymentStatus.PAID, **NEW_YEAR)

        listing._read(table, request, Position("BOOKINGS#2026-12"))

        assert table.request["filter_by"] == (
            "#status = :status AND #payment_status = :payment_status"
        )
        assert table.request["names"] == {"#status": "status", "#payment_status": "payment_status"}
        assert (
            table.request["values"].items()
            >= {"status": "pending", "payment_status": "paid"}.items()
        )
        assert table.request["limit"] == 500


def test_a_booking_summary_has_no_personal_data() -> None:
    assert not {"contact", "venue", "special_requests", "menu"} & set(listing.SUMMARY)

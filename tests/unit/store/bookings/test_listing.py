"""Which partitions a list walks and where it goes on; its pages are tested on DynamoDB."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from tests.builders import CUSTOMER

from teppan.domain.bookings.transition import Status
from teppan.domain.payment_status import PaymentStatus
from teppan.store.bookings import listing
from teppan.store.bookings.listing import BookingQuery, Position
from teppan.store.table import Page, Table

NEW_YEAR = {"first": date(2026, 12, 31), "last": date(2027, 1, 1)}
MIDDAY = "2026-12-25T20:00:00Z#bkg_1"


def query(**asked: Any) -> BookingQuery:
    return BookingQuery(limit=2, **asked)


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
    def test_a_list_across_customers_walks_the_local_months(
        self, first: date, last: date, months: list[str]
    ) -> None:
        partitions = [f"BOOKINGS#{month}" for month in months]

        assert listing._partitions(query(first=first, last=last)) == partitions
        assert (
            listing._partitions(query(first=first, last=last, descending=True))
            == (partitions[::-1])
        )

    def test_a_customers_list_is_one(self) -> None:
        assert listing._partitions(query(customer_id=CUSTOMER)) == [f"CUSTOMER#{CUSTOMER}"]

    @pytest.mark.parametrize("dates", [{}, {"first": date(2027, 1, 1)}, {"last": date(2027, 1, 1)}])
    def test_without_a_customer_both_dates_are_needed(self, dates: dict[str, date]) -> None:
        with pytest.raises(ValueError, match="both dates"):
            listing._partitions(query(**dates))


class TestDays:
    @pytest.mark.parametrize(
        ("day", "instant"),
        [
            (date(2026, 12, 24), "2026-12-24T08:00:00Z"),
            (date(2026, 7, 1), "2026-07-01T07:00:00Z"),
            (date(2027, 3, 14), "2027-03-14T08:00:00Z"),
            (date(2027, 3, 15), "2027-03-15T07:00:00Z"),
            (date(2026, 11, 1), "2026-11-01T07:00:00Z"),
            (date(2026, 11, 2), "2026-11-02T08:00:00Z"),
        ],
    )
    def test_a_day_begins_at_midnight_of_the_venue(self, day: date, instant: str) -> None:
        assert listing._midnight(day) == instant


class TestGoingOn:
    def test_behind_the_last_row_shown_when_one_more_was_found(self) -> None:
        rows = [{"gsi2sk": start} for start in ("a", "b", "c")]

        place = listing._next(query(**NEW_YEAR), Position("BOOKINGS#2026-12"), Page(rows, None))

        assert place == Position("BOOKINGS#2026-12", "b")

    def test_a_page_just_full_is_the_last_of_its_partition(self) -> None:
        rows = [{"gsi2sk": start} for start in ("a", "b")]

        place = listing._next(query(**NEW_YEAR), Position("BOOKINGS#2027-01"), Page(rows, None))

        assert place is None

    def test_behind_the_last_row_examined_when_a_filter_hid_it(self) -> None:
        page = Page([], {"gsi2sk": "x"})

        assert listing._next(query(**NEW_YEAR), Position("BOOKINGS#2026-12"), page) == (
            Position("BOOKINGS#2026-12", "x")
        )

    @pytest.mark.parametrize(
        ("descending", "now", "then"),
        [(False, "2026-12", "2027-01"), (True, "2027-01", "2026-12")],
    )
    def test_at_the_top_of_the_next_month_after_the_end_of_one(
        self, descending: bool, now: str, then: str
    ) -> None:
        place = listing._next(
            query(descending=descending, **NEW_YEAR),
            Position(f"BOOKINGS#{now}", "somewhere"),
            Page([], None),
        )

        assert place is not None
        assert (place.partition, place.start) == (f"BOOKINGS#{then}", "")

    @pytest.mark.parametrize(("descending", "last"), [(False, "2027-01"), (True, "2026-12")])
    def test_nowhere_after_the_last(self, descending: bool, last: str) -> None:
        asked = query(descending=descending, **NEW_YEAR)

        assert listing._next(asked, Position(f"BOOKINGS#{last}"), Page([], None)) is None

    def test_a_customers_list_goes_on_by_its_own_index(self) -> None:
        rows = [{"gsi1sk": start} for start in ("a", "b", "c")]
        mine = Position(f"CUSTOMER#{CUSTOMER}")

        assert listing._next(query(customer_id=CUSTOMER), mine, Page(rows, None)) == (
            Position(mine.partition, "b")
        )


class TestStartKey:
    def test_the_top_of_a_partition_has_none(self) -> None:
        assert listing._start_key("gsi1", Position("CUSTOMER#x")) is None

    def test_a_place_is_the_whole_key_of_the_row_before_it(self) -> None:
        assert listing._start_key("gsi2", Position("BOOKINGS#2026-12", MIDDAY)) == {
            "pk": "BOOKING#bkg_1",
            "sk": "BOOKING",
            "gsi2pk": "BOOKINGS#2026-12",
            "gsi2sk": MIDDAY,
        }


class Spy(Table):
    """Keeps what it is asked and finds nothing."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def query(self, condition: str, values: Mapping[str, Any], **how: Any) -> Page:
        self.asked = {"condition": condition, "values": values} | how
        return Page([], None)


class TestReading:
    def test_a_page_is_one_row_longer_than_it_shows(self) -> None:
        table = Spy()

        listing._read(table, query(**NEW_YEAR), Position("BOOKINGS#2026-12"))

        assert table.asked == {
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

    def test_a_customers_page_without_dates_has_no_bounds(self) -> None:
        table = Spy()

        listing._read(table, query(customer_id=CUSTOMER, descending=True), Position("CUSTOMER#1"))

        assert table.asked["index"] == "GSI1"
        assert table.asked["forward"] is False
        assert table.asked["values"]["first"] < "2" < table.asked["values"]["last"]

    def test_a_filter_looks_at_more_rows_than_it_shows(self) -> None:
        table = Spy()
        asked = query(status=Status.PENDING, payment_status=PaymentStatus.PAID, **NEW_YEAR)

        listing._read(table, asked, Position("BOOKINGS#2026-12"))

        assert table.asked["filter_by"] == (
            "#status = :status AND #payment_status = :payment_status"
        )
        assert table.asked["names"] == {"#status": "status", "#payment_status": "payment_status"}
        assert (
            table.asked["values"].items() >= {"status": "pending", "payment_status": "paid"}.items()
        )
        assert table.asked["limit"] == 500


def test_a_list_shows_nothing_personal() -> None:
    assert not {"contact", "venue", "special_requests", "menu"} & set(listing.SUMMARY)

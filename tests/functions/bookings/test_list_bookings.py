"""Lists of bookings: access, filters, order and pages."""

import base64
from datetime import UTC, date, datetime, time
from itertools import product
from typing import Any, Final

import pytest
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER
from tests.conftest import Clock
from tests.expected_bookings import NEW_BOOKING_SUMMARY
from tests.functions.example import Example, Request
from tests.functions.given import confirmed_booking, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.provocations import request
from tests.sizes import pairs

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table

OPERATION = Example(
    request=lambda _: Request(),
    provocations={"forbidden": request(query={"customer_id": ADMIN})},
    reads={
        "BookingList": "items next_cursor",
        "BookingSummary": "booking_id version status payment_status customer_id date time timezone"
        " starts_at guests total created_at",
    },
    optional={"BookingList": "next_cursor"},
)

FILTERS: Final[list[tuple[dict[str, str], list[str]]]] = [
    ({"status": "pending"}, ["pending"]),
    ({"status": "cancelled"}, ["cancelled"]),
    ({"status": "no_show"}, ["no_show"]),
    ({"status": "confirmed"}, ["confirmed", "paid"]),
    ({"payment_status": "paid"}, ["paid"]),
    ({"payment_status": "disputed"}, []),
    ({"status": "confirmed", "payment_status": "awaiting_payment"}, ["confirmed"]),
    ({"status": "confirmed", "date_from": "2026-12-12"}, ["paid"]),
    ({"date_from": "2026-12-11", "date_to": "2026-12-12"}, ["confirmed", "completed"]),
    ({"date_from": "2026-12-20"}, ["paid"]),
    ({"date_to": "2026-12-10"}, ["pending"]),
    ({"date_from": "2026-12-15", "date_to": "2026-12-19"}, []),
    ({"status": "confirmed", "order": "desc"}, ["paid", "confirmed"]),
]
"""Queries, and the statuses of the bookings that each lists in order."""

SUMMARY = {
    "booking_id",
    "version",
    "status",
    "payment_status",
    "customer_id",
    "date",
    "time",
    "timezone",
    "starts_at",
    "guests",
    "total",
    "created_at",
}


def ids_of_all_pages(call: Handlers, by: str = CUSTOMER, **query: str) -> list[str]:
    """Return the ids of the whole list, read page by page."""
    ids: list[str] = []
    while True:
        page = call("listBookings", query=dict(query), by=by).body
        assert len(page["items"]) <= int(query.get("limit", 20))
        ids += [item["booking_id"] for item in page["items"]]
        if "next_cursor" not in page:
            return ids
        query["cursor"] = page["next_cursor"]


def ids_of(bookings: list[Booking]) -> list[str]:
    return [booking.id for booking in bookings]


@pytest.fixture
def seven_bookings(table: Table) -> list[Booking]:
    """Seven bookings of the customer in three months, by start; another customer has one too."""
    stored_booking(table, by=OTHER_CUSTOMER, date=date(2026, 12, 30))
    days = [(12, 1), (12, 24), (12, 31), (1, 1), (1, 31), (2, 1)]
    starts = [(date(2027 if month < 12 else 2026, month, day), time(18)) for month, day in days]
    starts.insert(2, (date(2026, 12, 24), time(21)))
    return [stored_booking(table, by_staff=True, date=day, time=start) for day, start in starts]


def test_a_booking_summary_has_no_personal_data(call: Handlers, table: Table) -> None:
    booking = stored_booking(table)

    answer = call("listBookings")

    assert answer.status == 200
    assert answer.body == {"items": [{"booking_id": booking.id, **NEW_BOOKING_SUMMARY}]}
    assert set(answer.body["items"][0]) == SUMMARY


def test_a_list_without_bookings_is_empty(call: Handlers) -> None:
    assert call("listBookings").body == {"items": []}
    assert call("listBookings", by=ADMIN).body == {"items": []}


class TestOwnership:
    """A customer lists their own bookings; staff list those of all customers."""

    def test_customers_list_their_own_bookings(
        self, call: Handlers, seven_bookings: list[Booking]
    ) -> None:
        assert ids_of_all_pages(call) == ids_of(seven_bookings)
        assert len(ids_of_all_pages(call, by=OTHER_CUSTOMER)) == 1

    def test_customers_may_name_their_own_account(
        self, call: Handlers, seven_bookings: list[Booking]
    ) -> None:
        assert ids_of_all_pages(call, customer_id=CUSTOMER) == ids_of(seven_bookings)

    def test_customers_may_not_name_another_account(self, call: Handlers) -> None:
        refused = call("listBookings", query={"customer_id": OTHER_CUSTOMER})

        assert refused.problem == (403, "forbidden")

    def test_staff_list_the_bookings_of_all_customers(
        self, call: Handlers, seven_bookings: list[Booking]
    ) -> None:
        assert len(ids_of_all_pages(call, by=ADMIN)) == len(seven_bookings) + 1

    def test_staff_may_list_the_bookings_of_one_customer(
        self, call: Handlers, seven_bookings: list[Booking]
    ) -> None:
        assert ids_of_all_pages(call, by=ADMIN, customer_id=CUSTOMER) == ids_of(seven_bookings)
        assert len(ids_of_all_pages(call, by=ADMIN, customer_id=OTHER_CUSTOMER)) == 1


def test_a_full_last_page_has_no_next_cursor(call: Handlers, seven_bookings: list[Booking]) -> None:
    page = call("listBookings", query={"limit": "7"}).body

    assert len(page["items"]) == 7
    assert "next_cursor" not in page


@pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
class TestPaging:
    """Both orders and every page size return the same list."""

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 100])
    def test_the_pages_together_are_the_list_in_both_orders(
        self, call: Handlers, seven_bookings: list[Booking], by: str, limit: int
    ) -> None:
        whole = ids_of_all_pages(call, by)
        assert set(ids_of(seven_bookings)) <= set(whole)

        assert ids_of_all_pages(call, by, limit=str(limit)) == whole
        assert ids_of_all_pages(call, by, limit=str(limit), order="desc") == whole[::-1]

    def test_the_default_page_holds_20(self, call: Handlers, table: Table, by: str) -> None:
        for day in range(1, 22):
            stored_booking(table, by_staff=True, date=date(2026, 12, day))

        page = call("listBookings", by=by).body

        assert len(page["items"]) == 20
        assert len(ids_of_all_pages(call, by)) == 21

    def test_writes_between_pages_repeat_or_lose_no_booking(
        self, call: Handlers, table: Table, seven_bookings: list[Booking], by: str
    ) -> None:
        first = call("listBookings", query={"limit": "3"}, by=by).body
        stored_booking(table, by_staff=True, date=date(2026, 12, 1), time=time(12))
        call("cancelBooking", booking_id=seven_bookings[0].id)

        rest = ids_of_all_pages(call, by, limit="3", cursor=first["next_cursor"])

        seen = [item["booking_id"] for item in first["items"]] + rest
        assert len(seen) == len(set(seen))
        assert set(ids_of(seven_bookings)) <= set(seen)


class TestFilters:
    """Status, payment status, dates and customer, alone and together."""

    @pytest.fixture
    def booking_by_status(self, table: Table) -> dict[str, Booking]:
        """One booking in each status, a day apart."""
        days = {status: date(2026, 12, 10 + n) for n, status in enumerate(Status)}
        return {
            status: stored_booking(table, status=status, date=day) for status, day in days.items()
        } | {"paid": confirmed_booking(table, captured=71_445, date=date(2026, 12, 20))}

    @pytest.mark.parametrize(
        ("filters", "page"), pairs(FILTERS, list(product((CUSTOMER, ADMIN), ("1", "20"))))
    )
    def test_only_bookings_that_match_the_filters_are_listed(
        self,
        call: Handlers,
        booking_by_status: dict[str, Booking],
        filters: tuple[dict[str, str], list[str]],
        page: tuple[str, str],
    ) -> None:
        (query, expected), (by, limit) = filters, page

        assert ids_of_all_pages(call, by, limit=limit, **query) == [
            booking_by_status[name].id for name in expected
        ]

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    @pytest.mark.parametrize(
        "day",
        [
            pytest.param(date(2027, 3, 14), id="the clocks go forward"),
            pytest.param(date(2027, 11, 7), id="the clocks go back"),
            pytest.param(date(2026, 12, 31), id="the end of a year"),
        ],
    )
    def test_the_date_filters_use_the_day_at_the_venue(
        self, call: Handlers, table: Table, by: str, day: date
    ) -> None:
        around = [date.fromordinal(day.toordinal() + n) for n in (-1, 0, 1)]
        made = {
            each: [
                stored_booking(table, by_staff=True, date=each, time=start)
                for start in (time(12), time(21))
            ]
            for each in around
        }
        query = {"date_from": day.isoformat(), "date_to": day.isoformat()}

        assert ids_of_all_pages(call, by, **query) == ids_of(made[day])

    def test_a_date_range_in_the_wrong_order_is_refused(self, call: Handlers) -> None:
        query = {"date_from": "2026-12-24", "date_to": "2026-12-23"}

        refused = call("listBookings", query=query)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["query /date_to"]


class TestStaffWindow:
    """A list across customers has a limited range of dates; one end of it is enough."""

    def test_staff_can_list_bookings_up_to_a_past_day(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = stored_booking(table)
        now.set(datetime(2027, 12, 1, 18, tzinfo=UTC))

        assert ids_of_all_pages(call, ADMIN, date_to="2026-12-31") == [booking.id]

    def test_a_list_from_a_day_beyond_the_horizon_is_empty(self, call: Handlers) -> None:
        answer = call("listBookings", query={"date_from": "2028-02-01"}, by=ADMIN)

        assert (answer.status, answer.body) == (200, {"items": []})

    def test_staff_can_list_the_bookings_of_a_past_year(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = stored_booking(table)
        now.set(datetime(2027, 12, 1, 18, tzinfo=UTC))

        assert ids_of_all_pages(call, ADMIN, date_from="2026-01-01", date_to="2026-12-31") == [
            booking.id
        ]

    @pytest.mark.usefixtures("seven_bookings")
    def test_a_cursor_of_staff_is_valid_in_the_next_month(self, call: Handlers, now: Clock) -> None:
        now.set(datetime(2027, 1, 31, 18, tzinfo=UTC))
        first = call("listBookings", query={"limit": "1"}, by=ADMIN).body
        now.set(datetime(2027, 2, 28, 18, tzinfo=UTC))

        answer = call(
            "listBookings", query={"limit": "1", "cursor": first["next_cursor"]}, by=ADMIN
        )

        assert answer.status == 200

    def test_a_list_across_customers_spans_at_most_two_years(self, call: Handlers) -> None:
        query = {"date_from": "2020-01-01", "date_to": "2026-12-31"}

        refused = call("listBookings", query=query, by=ADMIN)

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["query /date_from"]


class TestForeignCursors:
    """A cursor is valid only for the caller, the filters and the order that it was issued for."""

    @pytest.fixture
    def cursor(self, call: Handlers, seven_bookings: list[Booking]) -> str:
        page = call("listBookings", query={"limit": "2"}).body
        assert len(page["items"]) < len(seven_bookings)
        return str(page["next_cursor"])

    @pytest.mark.parametrize(
        "query",
        [
            {"order": "desc"},
            {"status": "pending"},
            {"date_from": "2026-01-01"},
            {"customer_id": CUSTOMER},
        ],
    )
    def test_a_cursor_is_refused_with_other_filters(
        self, call: Handlers, cursor: str, query: dict[str, str]
    ) -> None:
        refused = call("listBookings", query=query | {"cursor": cursor})

        assert refused.problem == (400, "invalid_cursor")

    @pytest.mark.parametrize("by", [OTHER_CUSTOMER, ADMIN])
    def test_a_cursor_of_the_list_is_refused_for_another_caller(
        self, call: Handlers, cursor: str, by: str
    ) -> None:
        refused = call("listBookings", query={"cursor": cursor}, by=by)

        assert refused.problem == (400, "invalid_cursor")

    def test_a_cursor_with_any_changed_character_is_refused(
        self, call: Handlers, cursor: str
    ) -> None:
        for place, character in enumerate(cursor):
            other = "A" if character != "A" else "B"
            tampered = cursor[:place] + other + cursor[place + 1 :]
            refused = call("listBookings", query={"cursor": tampered})
            assert refused.problem == (400, "invalid_cursor"), place

    def test_a_cursor_with_a_forged_position_is_refused(self, call: Handlers, cursor: str) -> None:
        signature = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[:16]
        position = f'["CUSTOMER#{OTHER_CUSTOMER}",""]'.encode()
        forged = base64.urlsafe_b64encode(signature + position).rstrip(b"=").decode()

        assert call("listBookings", query={"cursor": forged}).problem == (400, "invalid_cursor")

    @pytest.mark.parametrize("cut", [1, 2, 3, 20])
    def test_a_shortened_cursor_is_refused(self, call: Handlers, cursor: str, cut: int) -> None:
        refused = call("listBookings", query={"cursor": cursor[:-cut]})

        assert refused.problem == (400, "invalid_cursor")

    @pytest.mark.parametrize("text", ["A", "AAAA", "x" * 1024, "_-_-"])
    def test_a_cursor_that_was_never_issued_is_refused(self, call: Handlers, text: str) -> None:
        refused = call("listBookings", query={"cursor": text})

        assert refused.problem == (400, "invalid_cursor")

    @pytest.mark.parametrize("text", [" ", "a b", "a=", "x" * 1025, "é", "../.."])
    def test_a_malformed_cursor_is_named_in_the_problem(self, call: Handlers, text: str) -> None:
        refused = call("listBookings", query={"cursor": text})

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["query /cursor"]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"limit": "0"}, "query /limit"),
        ({"limit": "101"}, "query /limit"),
        ({"limit": "-1"}, "query /limit"),
        ({"limit": "1.0"}, "query /limit"),
        ({"limit": "ten"}, "query /limit"),
        ({"limit": "٣"}, "query /limit"),
        ({"limit": " "}, "query /limit"),
        ({"limit": ["5", "6"]}, "query /limit"),
        ({"status": "paid"}, "query /status"),
        ({"status": "PENDING"}, "query /status"),
        ({"status": ["pending", "confirmed"]}, "query /status"),
        ({"payment_status": "pending"}, "query /payment_status"),
        ({"order": "up"}, "query /order"),
        ({"customer_id": "me"}, "query /customer_id"),
        ({"date_from": "2026-02-30"}, "query /date_from"),
        ({"date_to": "24.12.2026"}, "query /date_to"),
        ({"date_to": "20261224"}, "query /date_to"),
        ({"page": "2"}, "query /page"),
        ({"email": "aiko@example.com"}, "query /email"),
    ],
)
@pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
def test_a_bad_query_parameter_is_named_in_the_problem(
    call: Handlers, by: str, query: dict[str, Any], fault: str
) -> None:
    refused = call("listBookings", query=query, by=by)

    assert refused.problem == (422, "validation_failed")
    assert refused.faults == [fault]


def test_all_bad_query_parameters_are_named_together(call: Handlers) -> None:
    refused = call("listBookings", query={"limit": "0", "order": "up", "page": "2"})

    assert sorted(refused.faults) == ["query /limit", "query /order", "query /page"]

"""Refusals before the table is read (`domain.md §8`); `tests/store` tests the pages on DynamoDB."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.builders import CUSTOMER, OTHER_CUSTOMER, PARTY_DATE, admin, caller

from teppan.domain.errors import Forbidden, InvalidInput
from teppan.services.bookings.list_bookings import list_bookings
from teppan.store.bookings import listing
from teppan.store.bookings.listing import BookingPage, BookingQuery
from teppan.store.table import Table

NO_TABLE = Table(None, "never queries_made")


@pytest.fixture
def queries_made(monkeypatch: pytest.MonkeyPatch) -> list[BookingQuery]:
    """Record the queries of the table; each returns nothing."""
    queries: list[BookingQuery] = []

    def bookings(_table: Table, query: BookingQuery) -> BookingPage:
        queries.append(query)
        return BookingPage([], None)

    monkeypatch.setattr(listing, "bookings", bookings)
    return queries


@pytest.mark.parametrize("customer_id", [None, CUSTOMER])
def test_a_customer_lists_own_bookings_of_any_date(
    customer_id: str | None, queries_made: list[BookingQuery]
) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, customer_id=customer_id), caller())

    assert queries_made == [BookingQuery(limit=20, customer_id=CUSTOMER)]


@pytest.mark.parametrize("customer_id", [CUSTOMER, OTHER_CUSTOMER])
def test_staff_list_the_bookings_of_any_customer(
    customer_id: str, queries_made: list[BookingQuery]
) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, customer_id=customer_id), admin())

    assert queries_made == [BookingQuery(limit=20, customer_id=customer_id)]


def test_a_staff_list_without_dates_covers_last_month_to_the_horizon(
    queries_made: list[BookingQuery],
) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20), admin())

    (query,) = queries_made
    assert (query.first, query.last) == (date(2026, 10, 1), date(2027, 11, 23))


def test_a_staff_list_without_dates_uses_the_venues_calendar(
    queries_made: list[BookingQuery],
) -> None:
    # Given the last evening of a month at the venue: in UTC the next month has begun
    evening = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)

    list_bookings(NO_TABLE, BookingQuery(limit=20), admin(evening))

    (query,) = queries_made
    assert (query.first, query.last) == (date(2026, 10, 1), date(2027, 11, 30))


@pytest.mark.parametrize(
    ("first", "last"),
    [(PARTY_DATE, PARTY_DATE), (date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=731))],
)
def test_a_staff_list_with_dates_covers_these_dates(
    first: date, last: date, queries_made: list[BookingQuery]
) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, first=first, last=last), admin())

    assert queries_made == [BookingQuery(limit=20, first=first, last=last)]


@pytest.mark.parametrize("one_date", [{"first": PARTY_DATE}, {"last": PARTY_DATE}])
def test_a_customer_may_list_with_one_date_only(
    one_date: dict[str, date], queries_made: list[BookingQuery]
) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, **one_date), caller())  # type: ignore[arg-type]

    assert len(queries_made) == 1


def test_a_customer_who_lists_another_customers_bookings_is_refused() -> None:
    with pytest.raises(Forbidden):
        list_bookings(NO_TABLE, BookingQuery(limit=20, customer_id=OTHER_CUSTOMER), caller())


@pytest.mark.parametrize("customer_id", [None, CUSTOMER])
def test_a_list_with_dates_in_the_wrong_order_is_refused(customer_id: str | None) -> None:
    query = BookingQuery(
        limit=20,
        customer_id=customer_id,
        first=PARTY_DATE,
        last=PARTY_DATE - timedelta(days=1),
    )

    for each_caller in (caller(), admin()):
        with pytest.raises(InvalidInput):
            list_bookings(NO_TABLE, query, each_caller)


@pytest.mark.parametrize(
    "dates",
    [
        {"first": date(2026, 1, 1), "last": date(2028, 1, 3)},
        {"first": date(2020, 1, 1), "last": date(2026, 1, 1)},
    ],
)
def test_a_list_across_customers_of_more_than_two_years_is_refused(dates: dict[str, date]) -> None:
    with pytest.raises(InvalidInput):
        list_bookings(NO_TABLE, BookingQuery(limit=20, **dates), admin())  # type: ignore[arg-type]

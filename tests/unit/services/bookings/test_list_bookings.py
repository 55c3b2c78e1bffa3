"""Refusals that come before the table is asked (§8); the pages are tested on DynamoDB."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.builders import CUSTOMER, OTHER_CUSTOMER, PARTY_DATE, admin, caller

from teppan.domain.errors import Forbidden, InvalidInput
from teppan.services.bookings.list_bookings import list_bookings
from teppan.store.bookings import listing
from teppan.store.bookings.listing import BookingPage, BookingQuery
from teppan.store.table import Table

NO_TABLE = Table(None, "never asked")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[BookingQuery]:
    """The queries that would go to the table; each finds nothing."""
    queries: list[BookingQuery] = []

    def bookings(_table: Table, query: BookingQuery) -> BookingPage:
        queries.append(query)
        return BookingPage([], None)

    monkeypatch.setattr(listing, "bookings", bookings)
    return queries


@pytest.mark.parametrize("named", [None, CUSTOMER])
def test_a_customer_lists_their_own_at_any_date(
    named: str | None, asked: list[BookingQuery]
) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, customer_id=named), caller())

    assert asked == [BookingQuery(limit=20, customer_id=CUSTOMER)]


@pytest.mark.parametrize("named", [CUSTOMER, OTHER_CUSTOMER])
def test_staff_list_anybodys(named: str, asked: list[BookingQuery]) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, customer_id=named), admin())

    assert asked == [BookingQuery(limit=20, customer_id=named)]


def test_staff_list_everybodys_from_last_month_to_the_horizon(asked: list[BookingQuery]) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20), admin())

    (query,) = asked
    assert (query.first, query.last) == (date(2026, 10, 1), date(2027, 11, 23))


def test_the_months_that_staff_see_follow_the_calendar_of_the_venue(
    asked: list[BookingQuery],
) -> None:
    # Given the last evening of a month at the venue: in UTC the next month has begun
    evening = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)

    list_bookings(NO_TABLE, BookingQuery(limit=20), admin(evening))

    (query,) = asked
    assert (query.first, query.last) == (date(2026, 10, 1), date(2027, 11, 30))


@pytest.mark.parametrize(
    ("first", "last"),
    [(PARTY_DATE, PARTY_DATE), (date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=731))],
)
def test_or_at_the_dates_they_name(first: date, last: date, asked: list[BookingQuery]) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, first=first, last=last), admin())

    assert asked == [BookingQuery(limit=20, first=first, last=last)]


@pytest.mark.parametrize("half", [{"first": PARTY_DATE}, {"last": PARTY_DATE}])
def test_a_customer_may_name_one_date_only(
    half: dict[str, date], asked: list[BookingQuery]
) -> None:
    list_bookings(NO_TABLE, BookingQuery(limit=20, **half), caller())  # type: ignore[arg-type]

    assert len(asked) == 1


def test_a_customer_who_names_another_is_refused() -> None:
    with pytest.raises(Forbidden):
        list_bookings(NO_TABLE, BookingQuery(limit=20, customer_id=OTHER_CUSTOMER), caller())


@pytest.mark.parametrize("customer_id", [None, CUSTOMER])
def test_dates_in_the_wrong_order_are_refused(customer_id: str | None) -> None:
    query = BookingQuery(
        limit=20,
        customer_id=customer_id,
        first=PARTY_DATE,
        last=PARTY_DATE - timedelta(days=1),
    )

    for who in (caller(), admin()):
        with pytest.raises(InvalidInput):
            list_bookings(NO_TABLE, query, who)


@pytest.mark.parametrize(
    "dates",
    [
        {"first": date(2026, 1, 1), "last": date(2028, 1, 3)},
        {"first": date(2020, 1, 1), "last": date(2026, 1, 1)},
    ],
)
def test_a_list_across_customers_spans_two_years_at_most(dates: dict[str, date]) -> None:
    with pytest.raises(InvalidInput):
        list_bookings(NO_TABLE, BookingQuery(limit=20, **dates), admin())  # type: ignore[arg-type]

"""List bookings by start: customers their own, staff those of any customer (`domain.md §8`)."""

from dataclasses import replace
from datetime import date, timedelta

from teppan.domain.caller import Caller
from teppan.domain.errors import Forbidden, InvalidInput, Violation
from teppan.domain.policy import CURRENT
from teppan.store.bookings import listing
from teppan.store.bookings.listing import BookingPage, BookingQuery
from teppan.store.table import Table

_LOOK_BACK = timedelta(days=31)
_WIDEST = timedelta(days=731)


def list_bookings(table: Table, query: BookingQuery, caller: Caller) -> BookingPage:
    """Return one page of the bookings of `query` that `caller` may see.

    Raises `Forbidden` if a customer names another one, and `InvalidInput` for impossible dates.
    """
    if not caller.is_admin:
        if query.customer_id not in {None, caller.id}:
            raise Forbidden("You may list your own bookings only.")
        query = replace(query, customer_id=caller.id)
    if query.after and query.after.first:
        first, last = map(date.fromisoformat, (query.after.first, query.after.last))
        query = replace(query, first=first, last=last)
    elif not query.customer_id:
        query = _within_window(query, caller.at.astimezone(CURRENT.zone).date())
    if query.first and query.last and query.first > query.last:
        raise InvalidInput(
            [Violation("query", "/date_to", "date_to must not be before date_from.")]
        )
    return listing.bookings(table, query)


def _within_window(query: BookingQuery, today: date) -> BookingQuery:
    """Return the query with both dates, for a list across customers.

    With one date, the list covers the widest window. Without dates it covers the start of last
    month to the booking horizon. Raises `InvalidInput` if the window is too wide.
    """
    if query.first and query.last:
        if query.last - query.first > _WIDEST:
            detail = f"Give date_from and date_to at most {_WIDEST.days} days apart."
            raise InvalidInput([Violation("query", "/date_from", detail)])
        return query
    horizon = today + CURRENT.horizon
    if query.first:
        return replace(query, last=max(query.first, min(query.first + _WIDEST, horizon)))
    if query.last:
        return replace(query, first=query.last - _WIDEST)
    first = (today - _LOOK_BACK).replace(day=1)
    return replace(query, first=first, last=horizon)

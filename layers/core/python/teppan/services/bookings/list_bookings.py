"""List bookings by start: a customer's own, or for staff anybody's (`domain.md §8`)."""

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
    """Return one page of `query` within what `caller` may see.

    Raises `Forbidden` for a customer who names another, `InvalidInput` for impossible dates.
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
    """Bound a list across customers: one date alone looks as far as a list may reach.

    Without dates it shows what matters now: from the start of last month to the booking horizon.
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

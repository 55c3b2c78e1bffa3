"""List the webhook events in the inbox, for staff (`domain.md §8`)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from teppan.domain.caller import Caller
from teppan.domain.errors import InvalidInput, Violation
from teppan.store.inbox import KEPT
from teppan.store.table import Table
from teppan.store.webhooks import listing
from teppan.store.webhooks.listing import EventPage, EventQuery

WIDEST: Final = KEPT + timedelta(days=1)
"""The most days that a list covers: as long as the inbox keeps events."""


def list_webhook_events(table: Table, query: EventQuery, caller: Caller) -> EventPage:
    """Return one page of events, the latest first.

    Without one day or both, the list covers the widest window. Raises `InvalidInput` for impossible
    days.
    """
    if query.after:
        first, last = map(date.fromisoformat, (query.after.first, query.after.last))
        return listing.events(table, replace(query, first=first, last=last))
    last = query.last or max(caller.at.date(), query.first or date.min)
    first = query.first or last - WIDEST + timedelta(days=1)
    if first > last:
        raise InvalidInput([Violation("query", "/to", "to must not be before from.")])
    if last - first >= WIDEST:
        detail = f"Give from and to that span at most {WIDEST.days} days, both included."
        raise InvalidInput([Violation("query", "/from", detail)])
    return listing.events(table, replace(query, first=first, last=last))

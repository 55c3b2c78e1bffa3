"""The inbox of events from outside systems: each is stored before anything is done about it.

An item has at most 400 KB, and an event may have more; so it is kept compressed, and left out
where that does not make it small enough. Stripe shows it by its id for 30 days.
"""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.alarm import Alarm
from teppan.domain.payment_event import EventSource, EventState, PaymentEvent
from teppan.store import alarms, keys
from teppan.store.attributes import Item
from teppan.store.table import ConditionFailed, Page, Table, Update

SOURCE: Final = EventSource.STRIPE

KEPT: Final = timedelta(days=90)
"""How long an event stays in the inbox."""

LARGEST_KEPT: Final = 200 * 1024
"""The most bytes of a compressed event that are stored."""

LISTED: Final = (
    "type",
    "error",
    "attempts",
    "received_at",
    "handled_at",
    "payment_intent_id",
    "size",
    "raw_kept",
)
"""The attributes of an event that the index projects, beside those that bookings have too."""

_EXAMINED_WITH_FILTER: Final = 500
_QUERIES: Final = 14
_NAMES: Final = {"#status": "status", "#type": "type", "#raw": "raw", "#size": "size"}
_STATUS: Final = {"#status": "status", "#error": "error"}
# Reserved words, all of them.
_OPEN: Final = "#status IN (:received, :failed)"


class Receipt(NamedTuple):
    """How far an event has come, and how often it has been received, this time included."""

    state: EventState
    attempts: int


def receive(table: Table, event: PaymentEvent, at: datetime) -> Receipt:
    """Store the event, or count that it came again."""
    raw = zlib.compress(event.payload.encode())
    is_kept = len(raw) <= LARGEST_KEPT
    values = {
        "received": EventState.RECEIVED.value,
        "type": event.type,
        "created_at": to_rfc3339(event.created_at),
        "size": event.size,
        "raw_kept": is_kept,
        "at": to_rfc3339(at),
        "month": keys.webhook_month(SOURCE, at),
        "place": f"{to_rfc3339(at)}#{event.id}",
        "expires_at": int((at + KEPT).timestamp()),
        "one": 1,
    }
    expression = (
        "SET #status = if_not_exists(#status, :received), #type = :type,"
        " created_at = :created_at, #size = :size, raw_kept = :raw_kept,"
        " received_at = if_not_exists(received_at, :at),"
        " gsi2pk = if_not_exists(gsi2pk, :month), gsi2sk = if_not_exists(gsi2sk, :place),"
        " expires_at = if_not_exists(expires_at, :expires_at)"
    )
    names = dict(_NAMES)
    if is_kept:
        values["raw"] = raw
        expression += ", #raw = :raw"
    else:
        del names["#raw"]
    if event.payment is not None:
        values["payment"] = event.payment
        expression += ", payment_intent_id = :payment"
    write = Update(
        keys.webhook(SOURCE, event.id), f"{expression} ADD attempts :one", None, values, names
    )
    item = table.update(write)
    return Receipt(EventState(item["status"]), item["attempts"])


def done(
    event: PaymentEvent, state: EventState, at: datetime, alarm: Alarm | None = None
) -> Update:
    """Return the write that ends the event's handling, refused when that was done before.

    `alarm` is what is to be raised because of it.
    """
    marked = alarms.mark(alarm, event.id, at) if alarm else {}
    marking = "".join(f", {name} = :{name}" for name in marked)
    return Update(
        keys.webhook(SOURCE, event.id),
        f"SET #status = :state, handled_at = :at{marking} REMOVE #error",
        _OPEN,
        {
            "state": state.value,
            "at": to_rfc3339(at),
            "received": EventState.RECEIVED.value,
            "failed": EventState.FAILED.value,
            **marked,
        },
        _STATUS,
    )


def count_error(table: Table, event: PaymentEvent, at: datetime) -> tuple[int, datetime]:
    """Count that handling the event has erred; return how often it has, and since when."""
    write = Update(
        keys.webhook(SOURCE, event.id),
        "SET erred_at = if_not_exists(erred_at, :at) ADD errors :one",
        None,
        {"at": to_rfc3339(at), "one": 1},
    )
    item = table.update(write)
    return item["errors"], from_rfc3339(item["erred_at"])


def fail(table: Table, event: PaymentEvent, error: str, at: datetime) -> bool:
    """Mark the event as failed by `error`, a class or a word, with the alarm that is to be raised.

    Return whether it was not marked so before: each is alarming once.
    """
    marked = alarms.mark(Alarm.EVENTS_FAILED, event.id, at)
    write = Update(
        keys.webhook(SOURCE, event.id),
        "SET #status = :failed, #error = :error, handled_at = :at,"
        " gsi4pk = :gsi4pk, gsi4sk = :gsi4sk",
        "#status = :received",
        {
            "failed": EventState.FAILED.value,
            "received": EventState.RECEIVED.value,
            "error": error,
            "at": to_rfc3339(at),
            **marked,
        },
        _STATUS,
    )
    try:
        table.update(write)
    except ConditionFailed:
        return False
    return True


def alarm_raised(table: Table, event: PaymentEvent) -> None:
    """Remove the mark: the alarm of the event has been raised."""
    write = Update(
        keys.webhook(SOURCE, event.id),
        "REMOVE gsi4pk, gsi4sk",
        "gsi4pk = :alarms",
        {"alarms": keys.ALARMS},
    )
    with suppress(ConditionFailed):
        table.update(write)


class Place(NamedTuple):
    """Where a list goes on: behind sort key `behind` of the partition of `month` (`yyyy-mm`)."""

    month: str
    behind: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events, by the days (UTC, both included) on which they came; both are needed."""

    limit: int
    source: EventSource
    first: date | None = None
    last: date | None = None
    state: EventState | None = None
    type: str | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """An event as lists show it; what was sent is not in it."""

    id: str
    source: EventSource
    type: str
    state: EventState
    attempts: int
    size: int
    raw_kept: bool
    created_at: datetime
    received_at: datetime
    handled_at: datetime | None = None
    error: str | None = None
    payment: str | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first, and the place to go on from, if any."""

    items: list[InboxEvent]
    next: Place | None


def events(table: Table, query: EventQuery) -> EventPage:
    """Return one page of `query`: a Query a month, and as many as a filter that finds little needs.

    A page may be short, or even empty, and still have a next one.
    """
    if query.first is None or query.last is None:
        raise ValueError("a list of events needs both days")
    found: list[Item] = []
    first, last = query.first, query.last
    months = list(_months(first, last, query.after))
    behind = query.after.behind if query.after else ""
    for _ in range(_QUERIES):
        page = _read(table, query, (first, last), months[0], behind)
        found += page.items
        if len(found) > query.limit:
            shown = found[: query.limit]
            month, behind = shown[-1]["gsi2pk"][-7:], shown[-1]["gsi2sk"]
            return _page(shown, Place(month, behind, f"{first}", f"{last}"))
        if page.stopped_at:
            behind = page.stopped_at["gsi2sk"]
        else:
            months, behind = months[1:], ""
        if not months:
            return _page(found, None)
    return _page(found, Place(months[0], behind, f"{first}", f"{last}"))


def _page(shown: list[Item], place: Place | None) -> EventPage:
    return EventPage([_event_of(each) for each in shown], place)


def _read(
    table: Table, query: EventQuery, days: tuple[date, date], month: str, behind: str
) -> Page:
    filters = {
        name: value
        for name, value in (("status", query.state and query.state.value), ("type", query.type))
        if value is not None
    }
    partition = keys.webhook_month(query.source, date.fromisoformat(f"{month}-01"))
    start = None
    if behind:
        pk, sk = keys.webhook(query.source, behind.partition("#")[2])
        start = {"pk": pk, "sk": sk, "gsi2pk": partition, "gsi2sk": behind}
    return table.query(
        "gsi2pk = :partition AND gsi2sk BETWEEN :first AND :last",
        {
            "partition": partition,
            "first": _midnight(days[0]),
            "last": _midnight(days[1] + timedelta(days=1)),
            **filters,
        },
        index=keys.BY_MONTH,
        filter_by=" AND ".join(f"#{name} = :{name}" for name in filters) or None,
        names={f"#{name}": name for name in filters} or None,
        forward=False,
        limit=_EXAMINED_WITH_FILTER if filters else query.limit + 1,
        after=start,
    )


def _months(first: date, last: date, after: Place | None) -> Iterator[str]:
    """Yield the months (`yyyy-mm`) to walk, newest first, from where the list goes on."""
    days = (last - timedelta(days=n) for n in range((last - first).days + 1))
    months = dict.fromkeys(f"{day:%Y-%m}" for day in days)
    start = after.month if after else "9"
    return (month for month in months if month <= start)


def _midnight(day: date) -> str:
    return to_rfc3339(datetime.combine(day, time.min, UTC))


def _event_of(item: Item) -> InboxEvent:
    source, _, event_id = item["pk"].removeprefix("WEBHOOK#").partition("#")
    handled_at = item.get("handled_at")
    return InboxEvent(
        id=event_id,
        source=EventSource(source),
        type=item["type"],
        state=EventState(item["status"]),
        attempts=item["attempts"],
        size=item["size"],
        raw_kept=item["raw_kept"],
        created_at=from_rfc3339(item["created_at"]),
        received_at=from_rfc3339(item["received_at"]),
        handled_at=from_rfc3339(handled_at) if handled_at else None,
        error=item.get("error"),
        payment=item.get("payment_intent_id"),
    )

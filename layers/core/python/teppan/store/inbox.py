"""The inbox of webhook events: each event is stored before it is handled.

An item has at most 400 KB, and an event may be larger. The event is stored compressed, or left out
if it is still too large. Stripe shows an event by its id for 30 days.
"""

import zlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.alarm import Alarm
from teppan.domain.webhook_event import EventSource, EventState, WebhookEvent
from teppan.store import alarms, keys
from teppan.store.failures import ConditionFailed
from teppan.store.table import Table, Update

SOURCE: Final = EventSource.STRIPE

KEPT: Final = timedelta(days=90)
"""How long an event stays in the inbox."""

LARGEST_KEPT: Final = 200 * 1024
"""The most bytes of a compressed event that are stored."""

# These attribute names are reserved words of DynamoDB.
_NAMES: Final = {"#status": "status", "#type": "type", "#raw": "raw", "#size": "size"}
_STATUS: Final = {"#status": "status", "#error": "error"}
_IS_OPEN: Final = "#status IN (:received, :failed)"


class Receipt(NamedTuple):
    """The state of an event, and the number of its deliveries, including this one."""

    state: EventState
    deliveries: int


def receive(table: Table, event: WebhookEvent, at: datetime) -> Receipt:
    """Store the event, or count another delivery of it."""
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
    if event.subject is not None:
        values["payment"] = event.subject
        expression += ", payment_intent_id = :payment"
    write = Update(
        keys.webhook(SOURCE, event.id), f"{expression} ADD attempts :one", None, values, names
    )
    item = table.update(write)
    return Receipt(EventState(item["status"]), item["attempts"])


def mark_done(
    event: WebhookEvent, state: EventState, at: datetime, alarm: Alarm | None = None
) -> Update:
    """Return the write that sets the event's final state, refused if the event already has one.

    With an `alarm`, the write also marks the event with it.
    """
    mark = alarms.mark(alarm, event.id, at) if alarm else {}
    set_mark = "".join(f", {name} = :{name}" for name in mark)
    return Update(
        keys.webhook(SOURCE, event.id),
        f"SET #status = :state, handled_at = :at{set_mark} REMOVE #error",
        _IS_OPEN,
        {
            "state": state.value,
            "at": to_rfc3339(at),
            "received": EventState.RECEIVED.value,
            "failed": EventState.FAILED.value,
            **mark,
        },
        _STATUS,
    )


def count_error(table: Table, event: WebhookEvent, at: datetime) -> tuple[int, datetime]:
    """Count an error of handling the event; return the number of errors and the first instant."""
    write = Update(
        keys.webhook(SOURCE, event.id),
        "SET erred_at = if_not_exists(erred_at, :at) ADD errors :one",
        None,
        {"at": to_rfc3339(at), "one": 1},
    )
    item = table.update(write)
    return item["errors"], from_rfc3339(item["erred_at"])


def fail(table: Table, event: WebhookEvent, error: str, at: datetime) -> bool:
    """Mark the event as failed, with the class or code of its `error`, and with an alarm.

    Return False if the event was marked before: its alarm is raised once.
    """
    mark = alarms.mark(Alarm.EVENTS_FAILED, event.id, at)
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
            **mark,
        },
        _STATUS,
    )
    try:
        table.update(write)
    except ConditionFailed:
        return False
    return True


def remove_alarm_mark(table: Table, event: WebhookEvent) -> None:
    """Remove the mark after the event's alarm was raised."""
    write = Update(
        keys.webhook(SOURCE, event.id),
        "REMOVE gsi4pk, gsi4sk",
        "gsi4pk = :alarms",
        {"alarms": keys.ALARMS},
    )
    with suppress(ConditionFailed):
        table.update(write)

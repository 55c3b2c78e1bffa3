"""The inbox of events from outside systems: each is stored before anything is done about it."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from teppan.clock import to_rfc3339
from teppan.domain.payment_event import EventState, PaymentEvent
from teppan.store import keys
from teppan.store.table import Table, Update

SOURCE: Final = "stripe"
_KEPT: Final = timedelta(days=90)
_NAMES: Final = {"#status": "status", "#type": "type"}  # reserved words


class Receipt(NamedTuple):
    """How far an event has come, and whether this is the `first` that we hear of it."""

    state: EventState
    first: bool


def receive(table: Table, event: PaymentEvent, at: datetime) -> Receipt:
    """Store the event, or count that it came again."""
    values = {
        "received": EventState.RECEIVED.value,
        "type": event.type,
        "payload": event.payload,
        "created_at": to_rfc3339(event.created_at),
        "at": to_rfc3339(at),
        "month": keys.webhook_month(SOURCE, at),
        "place": f"{to_rfc3339(at)}#{event.id}",
        "expires_at": int((at + _KEPT).timestamp()),
        "one": 1,
    }
    expression = (
        "SET #status = if_not_exists(#status, :received), #type = :type, payload = :payload,"
        " created_at = :created_at, received_at = if_not_exists(received_at, :at),"
        " gsi2pk = if_not_exists(gsi2pk, :month), gsi2sk = if_not_exists(gsi2sk, :place),"
        " expires_at = if_not_exists(expires_at, :expires_at) ADD attempts :one"
    )
    item = table.update(Update(keys.webhook(SOURCE, event.id), expression, None, values, _NAMES))
    return Receipt(EventState(item["status"]), first=item["attempts"] == 1)


def done(event: PaymentEvent, state: EventState, at: datetime) -> Update:
    """Return the write that ends the event's handling, refused when that was done before."""
    return Update(
        keys.webhook(SOURCE, event.id),
        "SET #status = :state, handled_at = :at",
        "#status = :received",
        {
            "state": state.value,
            "at": to_rfc3339(at),
            "received": EventState.RECEIVED.value,
        },
        {"#status": "status"},
    )

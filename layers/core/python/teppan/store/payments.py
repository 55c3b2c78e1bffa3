"""Attempts to pay a booking: stored before Stripe is asked, so that no intent is ever forgotten."""

from contextlib import suppress

from teppan.domain.booking import Booking
from teppan.domain.payment import Attempt, IntentStatus, PaymentType
from teppan.store import keys
from teppan.store.items import attempt_item, attempt_of
from teppan.store.requests import RequestRecord, record
from teppan.store.table import Check, ConditionFailed, Put, Table, Update

_STATUS = {"#status": "status"}  # a reserved word


class OpenedMeanwhileError(Exception):
    """The booking has changed, or the attempt or the request is there already: look again."""


def attempts(table: Table, booking_id: str) -> list[Attempt]:
    """Return all attempts to pay the booking, strongly consistent."""
    pk, _ = keys.booking(booking_id)
    items = table.query_all(
        "pk = :booking AND begins_with(sk, :payment)", {"booking": pk, "payment": keys.PAYMENT}
    )
    return [attempt_of(item) for item in items]


def add(table: Table, booking: Booking, request: RequestRecord, new: Attempt | None) -> None:
    """Record the request, with the attempt that it opens if that is `new`.

    Raises `OpenedMeanwhileError` unless `booking` is still as it was read.
    """
    unchanged = Check(keys.booking(booking.id), "version = :version", {"version": booking.version})
    opened = [Put(attempt_item(new), "attribute_not_exists(pk)")] if new else []
    try:
        table.write(unchanged, record(request), *opened)
    except ConditionFailed as failure:
        raise OpenedMeanwhileError from failure


def note(
    table: Table,
    booking_id: str,
    wanted: PaymentType,
    number: int,
    *,
    intent: str,
    status: IntentStatus,
) -> None:
    """Note which intent an attempt has made, and how it stands; what is final stays.

    Only to be done after the ledger knows: an open attempt is looked at again, a final one is not.
    """
    write = Update(
        keys.payment(booking_id, wanted, number),
        "SET intent = :intent, #status = :status",
        "attribute_exists(pk) AND NOT #status IN (:succeeded, :canceled)",
        {
            "intent": intent,
            "status": status.value,
            "succeeded": IntentStatus.SUCCEEDED.value,
            "canceled": IntentStatus.CANCELED.value,
        },
        _STATUS,
    )
    with suppress(ConditionFailed):
        table.update(write)


def count_try(table: Table, attempt: Attempt) -> None:
    """Note that Stripe failed to make the intent: asked again, it needs another key."""
    write = Update(
        keys.payment(attempt.booking_id, attempt.type, attempt.number),
        "SET tries = :next",
        "tries = :tries",
        {"tries": attempt.tries, "next": attempt.tries + 1},
    )
    with suppress(ConditionFailed):
        table.update(write)

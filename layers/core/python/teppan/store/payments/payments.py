"""Attempts to pay a booking: stored before Stripe is asked, so that the next one finds the intent.

One item of each booking, its guard, names the attempt that is `open` (absent: none is) and counts
all `attempts`. An attempt that is opened or ends is written together with the guard, under a
condition on it: so a booking has one open attempt at most, and never more attempts than it may.
"""

from contextlib import suppress
from datetime import datetime

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.payments.attempt import IntentStatus, PaymentAttempt, payment_attempt_name
from teppan.store import keys
from teppan.store.payments.items import attempt_item, attempt_of
from teppan.store.payments.requests import RequestRecord, record
from teppan.store.table import Check, ConditionFailed, Put, Table, Update

_STATUS = {"#status": "status"}  # a reserved word
_OPEN = {"#open": "open"}  # another one


class OpenedMeanwhileError(Exception):
    """The booking or its attempts have changed, or the request is known already: look again."""


def attempts(table: Table, booking_id: str) -> list[PaymentAttempt]:
    """Return all attempts to pay the booking, strongly consistent."""
    pk, _ = keys.booking(booking_id)
    items = table.query_all(
        "pk = :booking AND begins_with(sk, :payment)", {"booking": pk, "payment": keys.PAYMENT}
    )
    return [attempt_of(item) for item in items]


def open_new(table: Table, booking: Booking, request: RequestRecord, new: PaymentAttempt) -> None:
    """Record the request and the attempt that it opens, the booking's only open one.

    Raises `OpenedMeanwhileError` when `booking` is not as it was read, another attempt is open, or
    there are as many as there may be.
    """
    opening = Update(
        keys.open_payment(booking.id),
        "SET #open = :name ADD attempts :one",
        "attribute_not_exists(#open) AND (attribute_not_exists(attempts) OR attempts < :most)",
        {"name": new.name, "one": 1, "most": booking.policy.payment_attempts},
        _OPEN,
    )
    _add(table, booking, request, Put(attempt_item(new), "attribute_not_exists(pk)"), opening)


def join(table: Table, booking: Booking, request: RequestRecord, open_: PaymentAttempt) -> None:
    """Record a further request for an attempt that is open.

    Raises `OpenedMeanwhileError` when it is not any more, or `booking` is not as it was read.
    """
    is_open = Check(
        keys.open_payment(booking.id), "#open = :name", {"name": open_.name}, names=_OPEN
    )
    _add(table, booking, request, is_open)


def _add(
    table: Table, booking: Booking, request: RequestRecord, *writes: Put | Update | Check
) -> None:
    unchanged = Check(keys.booking(booking.id), "version = :version", {"version": booking.version})
    try:
        table.write(unchanged, record(request), *writes)
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
) -> PaymentAttempt | None:
    """Note how the intent of an attempt stands; what is final stays, and ends the attempt.

    Only to be done after the ledger knows: an open attempt is looked at again, a final one is not.
    Return None, or the attempt when nothing was noted: it has ended, or another intent is its own.
    """
    write = Update(
        keys.payment(booking_id, wanted, number),
        "SET intent = :intent, #status = :status",
        f"{_NOT_FINAL} AND (attribute_not_exists(intent) OR intent = :intent)",
        {"intent": intent, "status": status.value, **_FINAL},
        _STATUS,
    )
    if status.is_final:
        return _end(table, booking_id, payment_attempt_name(booking_id, wanted, number), write)
    try:
        table.update(write)
    except ConditionFailed as failure:
        return _attempt_in(failure)
    return None


def give_up(table: Table, attempt: PaymentAttempt) -> PaymentAttempt | None:
    """End an attempt of which Stripe has not made the intent.

    Return None, or the attempt when it has an intent after all, or has ended.
    """
    write = Update(
        keys.payment(attempt.booking_id, attempt.type, attempt.number),
        "SET #status = :status",
        f"{_NOT_FINAL} AND attribute_not_exists(intent)",
        {"status": IntentStatus.CANCELED.value, **_FINAL},
        _STATUS,
    )
    return _end(table, attempt.booking_id, attempt.name, write)


_NOT_FINAL = "attribute_exists(pk) AND NOT #status IN (:succeeded, :canceled)"
_FINAL = {"succeeded": IntentStatus.SUCCEEDED.value, "canceled": IntentStatus.CANCELED.value}


def _end(table: Table, booking_id: str, name: str, write: Update) -> PaymentAttempt | None:
    """Write that an attempt ends, and that none is open: nothing is left that asks too much."""
    closing = Update(
        keys.open_payment(booking_id),
        "REMOVE #open, gsi4pk, gsi4sk",
        "#open = :name",
        {"name": name},
        _OPEN,
    )
    try:
        table.write(write, closing)
    except ConditionFailed as failure:
        if 0 not in failure.refused:
            raise
        return _attempt_in(failure)
    return None


def _attempt_in(failure: ConditionFailed) -> PaymentAttempt | None:
    existing = failure.refused[0]
    return attempt_of(existing) if existing else None


def note_unknown(table: Table, attempt: PaymentAttempt, at: datetime) -> datetime:
    """Note that Stripe does not know the attempt's intent; return since when that is so."""
    write = Update(
        keys.payment(attempt.booking_id, attempt.type, attempt.number),
        "SET unknown_since = if_not_exists(unknown_since, :at)",
        "attribute_exists(pk)",
        {"at": to_rfc3339(at)},
    )
    return from_rfc3339(table.update(write)["unknown_since"])


def count_try(table: Table, attempt: PaymentAttempt) -> None:
    """Note that Stripe failed to make the intent: asked again, it needs another key."""
    write = Update(
        keys.payment(attempt.booking_id, attempt.type, attempt.number),
        "SET tries = :next",
        "tries = :tries",
        {"tries": attempt.tries, "next": attempt.tries + 1},
    )
    with suppress(ConditionFailed):
        table.update(write)

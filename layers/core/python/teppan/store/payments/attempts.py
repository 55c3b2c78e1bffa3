"""Payment attempts, stored before the provider is asked, so that a retry finds the intent.

Each booking has one item, the guard, that names the `open` attempt (absent: none is open) and
counts all `attempts`. Opening and ending an attempt write the guard in the same transaction, under
a condition. A booking therefore has at most one open attempt, and never more attempts than the
policy allows.
"""

from contextlib import suppress
from datetime import datetime

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.payments.attempt import IntentStatus, PaymentAttempt, payment_attempt_name
from teppan.store import keys
from teppan.store.failures import ConditionFailed
from teppan.store.payments.items import attempt_item, attempt_of
from teppan.store.payments.request_records import RequestRecord, record
from teppan.store.table import Check, Put, Table, Update

# Reserved words of DynamoDB.
_STATUS = {"#status": "status"}
_OPEN = {"#open": "open"}

_NOT_FINAL = "attribute_exists(pk) AND NOT #status IN (:succeeded, :canceled)"
_FINAL = {"succeeded": IntentStatus.SUCCEEDED.value, "canceled": IntentStatus.CANCELED.value}


class OpenedMeanwhileError(Exception):
    """The booking or its attempts have changed, or the request is known: read them again."""


def of_booking(table: Table, booking_id: str) -> list[PaymentAttempt]:
    """Return all payment attempts of the booking, strongly consistent."""
    pk, _ = keys.booking(booking_id)
    items = table.query_all(
        "pk = :booking AND begins_with(sk, :payment)", {"booking": pk, "payment": keys.PAYMENT}
    )
    return [attempt_of(item) for item in items]


def add_attempt(
    table: Table, booking: Booking, request: RequestRecord, attempt: PaymentAttempt
) -> None:
    """Store a new attempt as the booking's only open one, with the request that opens it.

    Raises `OpenedMeanwhileError` if `booking` has changed since it was read, if another attempt is
    open, or if the booking has as many attempts as the policy allows.
    """
    opening = Update(
        keys.open_payment(booking.id),
        "SET #open = :name ADD attempts :one",
        "attribute_not_exists(#open) AND (attribute_not_exists(attempts) OR attempts < :most)",
        {"name": attempt.name, "one": 1, "most": booking.policy.payment_attempts},
        _OPEN,
    )
    _add(table, booking, request, Put(attempt_item(attempt), "attribute_not_exists(pk)"), opening)


def share_open_attempt(
    table: Table, booking: Booking, request: RequestRecord, attempt: PaymentAttempt
) -> None:
    """Record another request for an open attempt.

    Raises `OpenedMeanwhileError` if the attempt is no longer open, or if `booking` has changed.
    """
    is_open = Check(
        keys.open_payment(booking.id), "#open = :name", {"name": attempt.name}, names=_OPEN
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


def store_status(
    table: Table,
    booking_id: str,
    payment_type: PaymentType,
    number: int,
    *,
    intent: str,
    status: IntentStatus,
) -> PaymentAttempt | None:
    """Store the intent of an attempt and its status; a final status ends the attempt.

    Call this only after the payment was entered into the ledger: a final attempt is not read from
    the provider again. Return None, or the stored attempt if the write was refused, because the
    attempt has ended or has another intent.
    """
    write = Update(
        keys.payment_attempt(booking_id, payment_type, number),
        "SET intent = :intent, #status = :status",
        f"{_NOT_FINAL} AND (attribute_not_exists(intent) OR intent = :intent)",
        {"intent": intent, "status": status.value, **_FINAL},
        _STATUS,
    )
    if status.is_final:
        name = payment_attempt_name(booking_id, payment_type, number)
        return _end(table, booking_id, name, write)
    try:
        table.update(write)
    except ConditionFailed as failure:
        return _attempt_in(failure)
    return None


def give_up(table: Table, attempt: PaymentAttempt) -> PaymentAttempt | None:
    """End an attempt whose intent the provider has not created.

    Return None, or the stored attempt if it has an intent by now or has ended.
    """
    write = Update(
        keys.payment_attempt(attempt.booking_id, attempt.type, attempt.number),
        "SET #status = :status",
        f"{_NOT_FINAL} AND attribute_not_exists(intent)",
        {"status": IntentStatus.CANCELED.value, **_FINAL},
        _STATUS,
    )
    return _end(table, attempt.booking_id, attempt.name, write)


def _end(table: Table, booking_id: str, name: str, write: Update) -> PaymentAttempt | None:
    """End an attempt and remove it from the guard, with the guard's closing mark."""
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
    """Record that the provider does not know the intent; return the first instant of that."""
    write = Update(
        keys.payment_attempt(attempt.booking_id, attempt.type, attempt.number),
        "SET unknown_since = if_not_exists(unknown_since, :at)",
        "attribute_exists(pk)",
        {"at": to_rfc3339(at)},
    )
    return from_rfc3339(table.update(write)["unknown_since"])


def count_failed_creation(table: Table, attempt: PaymentAttempt) -> None:
    """Count a failed creation of the intent, so that the next try has another idempotency key."""
    write = Update(
        keys.payment_attempt(attempt.booking_id, attempt.type, attempt.number),
        "SET tries = :next",
        "tries = :tries",
        {"tries": attempt.tries, "next": attempt.tries + 1},
    )
    with suppress(ConditionFailed):
        table.update(write)

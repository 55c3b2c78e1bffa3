"""Create a payment intent: the server decides the amount (`domain.md §7`).

The attempt is stored before the provider is asked, and the provider's idempotency key is derived
from the attempt, so a retry never creates a second intent. A booking has one open attempt at a
time: an attempt of another type or with an outdated amount is closed first.
"""

from contextlib import suppress
from dataclasses import dataclass

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.errors import EditConflict
from teppan.domain.caller import Caller
from teppan.domain.money import Cents
from teppan.domain.payments.attempt import Intent, PaymentAttempt, amount_due, next_attempt
from teppan.domain.payments.errors import (
    BookingNotPayable,
    PaymentInProgress,
    PaymentNotDue,
    PaymentOverdue,
    PaymentUnknown,
)
from teppan.services.bookings.access import get_booking_for
from teppan.services.idempotency import IdempotencyKey, check_same, derived_id
from teppan.services.payments.open_payments import close_excess, close_payments, intent_of
from teppan.services.payments.provider import PaymentProvider
from teppan.store.payments import attempts, request_records
from teppan.store.payments.attempts import OpenedMeanwhileError
from teppan.store.payments.request_records import RequestRecord
from teppan.store.table import Table

_MAX_RETRIES = 8


@dataclass(frozen=True, slots=True)
class OpenedIntent:
    """The attempt and its intent; `replayed` if an earlier request with the same key opened it."""

    attempt: PaymentAttempt
    intent: Intent
    replayed: bool = False


def create_payment_intent(
    table: Table,
    provider: PaymentProvider,
    booking_id: str,
    payment_type: PaymentType,
    idempotency: IdempotencyKey,
    caller: Caller,
) -> OpenedIntent:
    """Return the intent with which `caller` pays what is due of the booking as `payment_type`.

    Raises `BookingNotFound`, `IdempotencyKeyReused`, `PaymentInProgress`, `EditConflict`, and what
    `amount_due`, `next_attempt` and the provider raise.
    """
    booking = get_booking_for(table, booking_id, caller)
    request_id = derived_id("pay", caller, idempotency)
    for _ in range(_MAX_RETRIES):
        if earlier := request_records.find(table, request_id):
            return _replayed(table, provider, booking_id, earlier, idempotency)
        try:
            amount = amount_due(booking, payment_type, caller.at)
        except (BookingNotPayable, PaymentOverdue, PaymentNotDue):
            # Close what is still open before answering that nothing is due.
            if not close_excess(table, provider, booking, caller).paid:
                raise
            booking = get_booking_for(table, booking_id, caller)
            continue
        if chosen := _choose_attempt(table, provider, booking, payment_type, amount, caller):
            record = RequestRecord(request_id, idempotency.fingerprint, chosen.attempt.name)
            write = attempts.add_attempt if chosen.is_new else attempts.share_open_attempt
            with suppress(OpenedMeanwhileError):
                write(table, booking, record, chosen.attempt)
                return OpenedIntent(
                    chosen.attempt, chosen.intent or intent_of(table, provider, chosen.attempt)
                )
        booking = get_booking_for(table, booking_id, caller)
    raise EditConflict


@dataclass(frozen=True, slots=True)
class _ChosenAttempt:
    """The attempt to use; `intent` is set if the provider was already asked for it."""

    attempt: PaymentAttempt
    is_new: bool = False
    intent: Intent | None = None


def _choose_attempt(
    table: Table,
    provider: PaymentProvider,
    booking: Booking,
    payment_type: PaymentType,
    amount: Cents,
    caller: Caller,
) -> _ChosenAttempt | None:
    """Return the open attempt of that type and amount, or a new one, and close all others.

    Return None if a payment was made or closed meanwhile: the caller reads the booking again.
    """
    stored = attempts.of_booking(table, booking.id)
    synced = [_sync_attempt(table, booking, each) for each in stored]
    still_open = [each for each in synced if not each.status.is_final]
    type_and_amount = payment_type, amount
    matching = [each for each in still_open if (each.type, each.amount) == type_and_amount][-1:]
    if matching:
        [attempt] = matching
        try:
            intent = provider.intent(attempt.intent) if attempt.intent else None
            is_over = intent is not None and intent.status.is_final
        except PaymentUnknown:
            is_over = True
        if is_over:
            close_payments(table, provider, matching, caller)
            return None
        chosen = _ChosenAttempt(attempt, intent=intent)
    else:
        attempt = next_attempt(booking, payment_type, amount, synced, caller.recorded_at)
        chosen = _ChosenAttempt(attempt, is_new=True)
    # Close the others only now: `next_attempt` raises if no further attempt is allowed.
    others = [each for each in still_open if each not in matching]
    closing = close_payments(table, provider, others, caller)
    if closing.in_progress:
        raise PaymentInProgress
    return None if closing.paid else chosen


def _sync_attempt(table: Table, booking: Booking, attempt: PaymentAttempt) -> PaymentAttempt:
    """Return the attempt with its state in the ledger, and store that state if it is final.

    A request may stop after it has entered a payment and before it has stored the attempt's status.
    """
    synced = attempt.as_known_to(booking)
    if synced.status.is_final and not attempt.status.is_final and synced.intent:
        attempts.store_status(
            table,
            booking.id,
            synced.type,
            synced.number,
            intent=synced.intent,
            status=synced.status,
        )
    return synced


def _replayed(
    table: Table,
    provider: PaymentProvider,
    booking_id: str,
    earlier: RequestRecord,
    idempotency: IdempotencyKey,
) -> OpenedIntent:
    check_same(earlier.fingerprint, idempotency)
    stored = attempts.of_booking(table, booking_id)
    attempt = next(each for each in stored if each.name == earlier.result_id)
    return OpenedIntent(attempt, intent_of(table, provider, attempt), replayed=True)

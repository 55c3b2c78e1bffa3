"""Open a payment: the server decides the amount, and a retry never makes a second intent (§7).

The attempt is stored before Stripe is asked, under a key that its repetition derives again; and a
booking has one open attempt at a time: one for another type or an older amount is closed first.
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
from teppan.services.idempotency import IdempotentRequest, check_same, derived_id
from teppan.services.payments.open_payments import close_excess, close_payments, intent_of
from teppan.services.payments.provider import PaymentProvider
from teppan.store.payments import payments, requests
from teppan.store.payments.payments import OpenedMeanwhileError
from teppan.store.payments.requests import RequestRecord
from teppan.store.table import Table

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Opened:
    """The attempt and its intent; `replayed` when an earlier request with the same key made it."""

    attempt: PaymentAttempt
    intent: Intent
    replayed: bool = False


def create_payment_intent(
    table: Table,
    provider: PaymentProvider,
    booking_id: str,
    wanted: PaymentType,
    request: IdempotentRequest,
    caller: Caller,
) -> Opened:
    """Return the intent with which `caller` pays what is due of the booking as `wanted`.

    Raises `BookingNotFound`, `IdempotencyKeyReused`, `PaymentInProgress`, `EditConflict`, and what
    `amount_due`, `next_attempt` and the gateway raise.
    """
    booking = get_booking_for(table, booking_id, caller)
    request_id = derived_id("pay", caller, request)
    for _ in range(_ATTEMPTS):
        if made := requests.find(table, request_id):
            return _replayed(table, provider, booking_id, made, request)
        try:
            amount = amount_due(booking, wanted, caller.at)
        except (BookingNotPayable, PaymentOverdue, PaymentNotDue):
            # Close what is still open before answering that nothing is due.
            if not close_excess(table, provider, booking, caller).paid:
                raise
            booking = get_booking_for(table, booking_id, caller)
            continue
        if chosen := _choose(table, provider, booking, wanted, amount, caller):
            record = RequestRecord(request_id, request.fingerprint, chosen.attempt.name)
            write = payments.open_new if chosen.is_new else payments.join
            with suppress(OpenedMeanwhileError):
                write(table, booking, record, chosen.attempt)
                return Opened(
                    chosen.attempt, chosen.intent or intent_of(table, provider, chosen.attempt)
                )
        booking = get_booking_for(table, booking_id, caller)
    raise EditConflict("Others kept changing the booking; please try again.")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The attempt to go on with; `intent` where Stripe was asked about it already."""

    attempt: PaymentAttempt
    is_new: bool = False
    intent: Intent | None = None


def _choose(
    table: Table,
    provider: PaymentProvider,
    booking: Booking,
    wanted: PaymentType,
    amount: Cents,
    caller: Caller,
) -> _Chosen | None:
    """Return the open attempt that fits or a new one; None when things have moved: look again."""
    known = [_as_known(table, booking, each) for each in payments.attempts(table, booking.id)]
    still_open = [each for each in known if not each.status.is_final]
    fitting = [each for each in still_open if (each.type, each.amount) == (wanted, amount)][-1:]
    if fitting:
        [attempt] = fitting
        try:
            intent = provider.intent(attempt.intent) if attempt.intent else None
            is_over = intent is not None and intent.status.is_final
        except PaymentUnknown:
            is_over = True
        if is_over:
            close_payments(table, provider, fitting, caller)
            return None
        chosen = _Chosen(attempt, intent=intent)
    else:
        new = next_attempt(booking, wanted, amount, known, caller.signed_at)
        chosen = _Chosen(new, is_new=True)
    # Only now: where no new one may be opened, those that are open stay.
    others = [each for each in still_open if each not in fitting]
    closing = close_payments(table, provider, others, caller)
    if closing.in_progress:
        raise PaymentInProgress
    return None if closing.paid else chosen


def _as_known(table: Table, booking: Booking, attempt: PaymentAttempt) -> PaymentAttempt:
    """Return the attempt as the ledger has it.

    Note it, if it was paid by a request that stopped before it noted that; else it seems open.
    """
    known = attempt.as_known_to(booking)
    if known.status.is_final and not attempt.status.is_final and known.intent:
        payments.note(
            table, booking.id, known.type, known.number, intent=known.intent, status=known.status
        )
    return known


def _replayed(
    table: Table,
    provider: PaymentProvider,
    booking_id: str,
    made: RequestRecord,
    request: IdempotentRequest,
) -> Opened:
    check_same(made.fingerprint, request)
    attempts = payments.attempts(table, booking_id)
    attempt = next(each for each in attempts if each.name == made.made)
    return Opened(attempt, intent_of(table, provider, attempt), replayed=True)

"""Open payment attempts: find their intents, and close them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from teppan.domain.bookings.booking import Booking
from teppan.domain.caller import Caller
from teppan.domain.errors import ProviderFailed
from teppan.domain.payments.attempt import Intent, IntentStatus, PaymentAttempt, may_stay_open
from teppan.domain.payments.errors import PaymentProviderErred, PaymentRefused, PaymentUnknown
from teppan.services.payments.apply_payment import apply_payment
from teppan.services.payments.provider import PaymentProvider
from teppan.store.bookings import bookings, closing_marks
from teppan.store.payments import attempts
from teppan.store.table import Table

_UNKNOWN_FOR_GOOD: Final = timedelta(days=2)
"""An intent that is unknown to the provider for so long counts as cancelled."""


@dataclass(frozen=True, slots=True)
class ClosingResult:
    """Whether some of the attempts to close were `paid` meanwhile, or are `in_progress`."""

    paid: bool = False
    in_progress: bool = False


def intent_of(table: Table, provider: PaymentProvider, attempt: PaymentAttempt) -> Intent:
    """Return the attempt's intent as it is now.

    If the attempt has no intent stored, open it with the same idempotency key: this finds or
    creates it. The intent is returned only after it is stored with the attempt. If another request
    has closed the attempt meanwhile, the intent is cancelled. Raises what the provider raises.
    """
    if attempt.intent:
        return provider.intent(attempt.intent)
    try:
        intent = provider.open(attempt)
    except (PaymentProviderErred, ProviderFailed, PaymentRefused):
        attempts.count_failed_creation(table, attempt)
        raise
    existing = attempts.store_status(
        table,
        attempt.booking_id,
        attempt.type,
        attempt.number,
        intent=intent.id,
        status=attempt.status,
    )
    if existing is None:
        return intent
    if existing.intent != intent.id:
        provider.cancel(intent.id)
    return provider.intent(existing.intent or intent.id)


def open_attempts(table: Table, booking_id: str) -> list[PaymentAttempt]:
    """Return the attempts of the booking that are not final."""
    return [each for each in attempts.of_booking(table, booking_id) if not each.status.is_final]


def close_marked(
    table: Table, provider: PaymentProvider, booking_id: str, mark: str, caller: Caller
) -> None:
    """Close the attempts that ask for more than is due, and remove the closing mark.

    The mark stays while a payment is in progress at the bank: if it fails there, the customer can
    pay again. Raises what `close_payments` raises.
    """
    booking = bookings.find(table, booking_id)
    if booking is None or not close_excess(table, provider, booking, caller).in_progress:
        closing_marks.remove(table, booking_id, mark)


def close_excess(
    table: Table, provider: PaymentProvider, booking: Booking, caller: Caller
) -> ClosingResult:
    """Close the attempts that ask for more than is due now (`domain.md §5`).

    Raises what `close_payments` raises.
    """
    excess = [
        each
        for each in open_attempts(table, booking.id)
        if not may_stay_open(each, booking, caller.at)
    ]
    return close_payments(table, provider, excess, caller)


def close_payments(
    table: Table, provider: PaymentProvider, attempts: list[PaymentAttempt], caller: Caller
) -> ClosingResult:
    """Cancel the intents of `attempts` at the provider; enter those that were paid meanwhile.

    Raises what `apply_payment` raises.
    """
    statuses = {_close(table, provider, attempt, caller) for attempt in attempts}
    return ClosingResult(
        paid=IntentStatus.SUCCEEDED in statuses,
        in_progress=bool(statuses - {IntentStatus.SUCCEEDED, IntentStatus.CANCELED}),
    )


def _close(
    table: Table, provider: PaymentProvider, attempt: PaymentAttempt, caller: Caller
) -> IntentStatus:
    try:
        intent = attempt.intent or intent_of(table, provider, attempt).id
    except (ProviderFailed, PaymentRefused):
        # An intent that was never created cannot be paid.
        if attempt.intent is None and attempts.give_up(table, attempt) is None:
            return IntentStatus.CANCELED
        raise
    try:
        status = provider.cancel(intent)
    except PaymentUnknown:
        # A wrong key makes intents unknown for a while: wait before treating them as cancelled.
        if caller.at < attempts.note_unknown(table, attempt, caller.at) + _UNKNOWN_FOR_GOOD:
            raise
        status = IntentStatus.CANCELED
    if status is IntentStatus.SUCCEEDED:
        apply_payment(table, provider, intent, caller)
    else:
        attempts.store_status(
            table, attempt.booking_id, attempt.type, attempt.number, intent=intent, status=status
        )
    return status

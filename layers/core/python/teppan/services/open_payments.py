"""The attempts of a booking that may still be paid."""

from dataclasses import dataclass

from teppan.domain.caller import Caller
from teppan.domain.errors import PaymentProviderErred, ProviderFailed
from teppan.domain.payment import Attempt, Intent, IntentStatus
from teppan.services.apply_payment import apply_payment
from teppan.services.gateway import Gateway
from teppan.store import bookings, payments
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing them came to: some were `paid` meanwhile, or are `in_progress` at the bank."""

    paid: bool = False
    in_progress: bool = False


def intent_of(table: Table, gateway: Gateway, attempt: Attempt) -> Intent:
    """Return the attempt's intent as it is now.

    One that has stopped before it noted its intent finds or makes it by the same key. Raises what
    the gateway raises.
    """
    if attempt.intent:
        return gateway.intent(attempt.intent)
    try:
        intent = gateway.open(attempt)
    except (PaymentProviderErred, ProviderFailed):
        payments.count_try(table, attempt)
        raise
    payments.note(
        table,
        attempt.booking_id,
        attempt.type,
        attempt.number,
        intent=intent.id,
        status=attempt.status,
    )
    return intent


def open_attempts(table: Table, booking_id: str) -> list[Attempt]:
    """Return the attempts of the booking that are not known to be over."""
    return [each for each in payments.attempts(table, booking_id) if not each.status.is_final]


def close_payments_of(table: Table, gateway: Gateway, booking_id: str, caller: Caller) -> None:
    """Cancel what could still be paid of a booking that has ended; raises as `close_payments`."""
    booking = bookings.find(table, booking_id)
    if booking is not None and not booking.holds_slot:
        close_payments(table, gateway, open_attempts(table, booking_id), caller)


def close_payments(
    table: Table, gateway: Gateway, attempts: list[Attempt], caller: Caller
) -> Closing:
    """Cancel the intents of `attempts` at Stripe; enter those that turn out to be paid.

    Raises what `apply_payment` raises.
    """
    statuses = {_close(table, gateway, attempt, caller) for attempt in attempts}
    return Closing(
        paid=IntentStatus.SUCCEEDED in statuses,
        in_progress=bool(statuses - {IntentStatus.SUCCEEDED, IntentStatus.CANCELED}),
    )


def _close(table: Table, gateway: Gateway, attempt: Attempt, caller: Caller) -> IntentStatus:
    try:
        intent = attempt.intent or intent_of(table, gateway, attempt).id
    except ProviderFailed:
        if attempt.intent is None:
            return IntentStatus.CANCELED  # nobody has the secret of what could not be made
        raise
    status = gateway.cancel(intent)
    if status is IntentStatus.SUCCEEDED:
        apply_payment(table, gateway, intent, caller)
    else:
        payments.note(
            table, attempt.booking_id, attempt.type, attempt.number, intent=intent, status=status
        )
    return status

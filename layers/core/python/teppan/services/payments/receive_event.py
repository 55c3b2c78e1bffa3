"""Receive a webhook event of the provider: store it, then apply its payment.

An event is marked as handled in the transaction of its effect. If that fails, the provider delivers
the event again, and `reconcile_payments` finds events whose deliveries are lost. An event that can
never be applied is marked as failed and blocks no others.
"""

from teppan.domain.alarm import Alarm
from teppan.domain.bookings.errors import EditConflict
from teppan.domain.caller import Caller
from teppan.domain.errors import ProviderFailed, Unavailable
from teppan.domain.payments.errors import PaymentFault
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.webhook_event import EventState, is_permanent
from teppan.services.payments.apply_payment import apply_payment
from teppan.services.payments.provider import PaymentProvider
from teppan.store import inbox
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import AlreadyDoneError
from teppan.store.failures import REJECTED, is_rejected
from teppan.store.table import Table


def receive_event(
    table: Table, provider: PaymentProvider, event: PaymentEvent, caller: Caller
) -> EventResult:
    """Handle the event once, however often it is delivered, also at the same time.

    Raises what `apply_payment` raises; the event then stays in the inbox until the next delivery.
    A permanent error is not raised: it marks the event as failed.
    """
    receipt = inbox.receive(table, event, caller.recorded_at)
    if receipt.state in {EventState.HANDLED, EventState.IGNORED}:
        return EventResult(receipt.state, is_repeated=True)
    is_first = receipt.deliveries == 1
    if event.fault:
        is_newly_failed = inbox.fail(table, event, event.fault, caller.recorded_at)
        return EventResult(EventState.FAILED, is_first=is_first, has_newly_failed=is_newly_failed)
    try:
        return _apply(table, provider, event, caller, is_first=is_first)
    except Exception as error:
        if not _is_permanent(table, event, error, caller):
            raise
        code = REJECTED if is_rejected(error) else type(error).__name__
        is_newly_failed = inbox.fail(table, event, code, caller.recorded_at)
        return EventResult(
            EventState.FAILED, is_first=is_first, has_newly_failed=is_newly_failed, failure=error
        )


def remove_alarm_mark(table: Table, event: PaymentEvent, received: EventResult) -> None:
    """Remove the mark of the event's alarm after it was raised.

    If the function stops before, `reconcile_payments` raises the alarm again.
    """
    if received.alarm:
        inbox.remove_alarm_mark(table, event)


def _is_permanent(table: Table, event: PaymentEvent, error: Exception, caller: Caller) -> bool:
    """Return whether the event can never be applied.

    Counts the event's errors, except outages and conflicts, which are no fault of the event.
    """
    is_external = isinstance(error, Unavailable | ProviderFailed | EditConflict)
    if is_external and not isinstance(error, PaymentFault):
        return False
    if is_rejected(error):
        return True
    errors, since = inbox.count_error(table, event, caller.recorded_at)
    return is_permanent(errors, since, caller.at)


def _apply(
    table: Table, provider: PaymentProvider, event: PaymentEvent, caller: Caller, *, is_first: bool
) -> EventResult:
    handled = inbox.mark_done(event, EventState.HANDLED, caller.recorded_at)
    ignored = inbox.mark_done(event, EventState.IGNORED, caller.recorded_at)
    try:
        if event.payment is None:
            bookings.write_alone(table, [ignored])
            return EventResult(EventState.IGNORED, is_first=is_first)
        applied = apply_payment(table, provider, event.payment, caller, [handled])
        if applied is None:
            unmatched = inbox.mark_done(
                event, EventState.IGNORED, caller.recorded_at, Alarm.PAYMENTS_UNMATCHED
            )
            bookings.write_alone(table, [unmatched])
            return EventResult(EventState.IGNORED, is_first=is_first, is_unmatched=True)
    except AlreadyDoneError:
        return EventResult(EventState.HANDLED, is_repeated=True)
    return EventResult(EventState.HANDLED, applied.entries, is_first=is_first)

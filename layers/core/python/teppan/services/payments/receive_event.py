"""Receive what Stripe says has happened: store it, look at the payment, and be done in one go.

The mark that ends an event is written with its effect; what fails for now is sent again by Stripe,
and what is lost for ever is found by `reconcile_payments`, which ends here too. What can never be
applied is marked as failed, and holds nothing up.
"""

from teppan.domain.alarm import Alarm
from teppan.domain.bookings.errors import EditConflict
from teppan.domain.caller import Caller
from teppan.domain.errors import ProviderFailed, Unavailable
from teppan.domain.payments.errors import PaymentFault
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.webhook import EventState, is_permanent
from teppan.services.payments.apply_payment import apply_payment
from teppan.services.payments.provider import PaymentProvider
from teppan.store import inbox
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import DoneBeforeError
from teppan.store.table import REJECTED, Table, is_rejected


def receive_event(
    table: Table, provider: PaymentProvider, event: PaymentEvent, caller: Caller
) -> EventResult:
    """Handle the event, once, however often and by however many it is received.

    Raises what `apply_payment` raises, unless it can not be different the next time: the event then
    waits in the inbox for its repetition.
    """
    receipt = inbox.receive(table, event, caller.signed_at)
    if receipt.state in {EventState.HANDLED, EventState.IGNORED}:
        return EventResult(receipt.state, repeated=True)
    first = receipt.attempts == 1
    if event.fault:
        newly = inbox.fail(table, event, event.fault, caller.signed_at)
        return EventResult(EventState.FAILED, first=first, newly_failed=newly)
    try:
        return _apply(table, provider, event, caller, first=first)
    except Exception as error:
        if not _is_permanent(table, event, error, caller):
            raise
        word = REJECTED if is_rejected(error) else type(error).__name__
        newly = inbox.fail(table, event, word, caller.signed_at)
        return EventResult(EventState.FAILED, first=first, newly_failed=newly, failure=error)


def end_alarm(table: Table, event: PaymentEvent, received: EventResult) -> None:
    """Remove the mark of the event's alarm, which was raised where the event was handled.

    Who stops before leaves it to the job that walks the marks.
    """
    if received.alarm:
        inbox.alarm_raised(table, event)


def _is_permanent(table: Table, event: PaymentEvent, error: Exception, caller: Caller) -> bool:
    """Whether an event can never be applied; an error that is nobody else's is counted."""
    of_others = isinstance(error, Unavailable | ProviderFailed | EditConflict)
    if of_others and not isinstance(error, PaymentFault):
        return False
    if is_rejected(error):
        return True
    errors, since = inbox.count_error(table, event, caller.signed_at)
    return is_permanent(errors, since, caller.at)


def _apply(
    table: Table, provider: PaymentProvider, event: PaymentEvent, caller: Caller, *, first: bool
) -> EventResult:
    handled = inbox.done(event, EventState.HANDLED, caller.signed_at)
    ignored = inbox.done(event, EventState.IGNORED, caller.signed_at)
    try:
        if event.payment is None:
            bookings.write_alone(table, [ignored])
            return EventResult(EventState.IGNORED, first=first)
        applied = apply_payment(table, provider, event.payment, caller, [handled])
        if applied is None:
            unmatched = inbox.done(
                event, EventState.IGNORED, caller.signed_at, Alarm.PAYMENTS_UNMATCHED
            )
            bookings.write_alone(table, [unmatched])
            return EventResult(EventState.IGNORED, first=first, unmatched=True)
    except DoneBeforeError:
        return EventResult(EventState.HANDLED, repeated=True)
    return EventResult(EventState.HANDLED, applied.entries, first=first)

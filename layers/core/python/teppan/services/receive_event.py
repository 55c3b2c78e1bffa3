"""Receive what Stripe says has happened: store it, look at the payment, and be done in one go.

The mark that ends an event is written with its effect; what fails is sent again by Stripe, and
what is lost for ever is found by `reconcile_payments`, which ends here too.
"""

from teppan.domain.caller import Caller
from teppan.domain.payment_event import EventState, PaymentEvent, Received
from teppan.services.apply_payment import apply_payment
from teppan.services.gateway import Gateway
from teppan.store import bookings, inbox
from teppan.store.bookings import DoneBeforeError
from teppan.store.table import Table


def receive_event(table: Table, gateway: Gateway, event: PaymentEvent, caller: Caller) -> Received:
    """Handle the event, once, however often and by however many it is received.

    Raises what `apply_payment` raises; the event then waits in the inbox for its repetition.
    """
    state, first = inbox.receive(table, event, caller.signed_at)
    if state is not EventState.RECEIVED:
        return Received(state, repeated=True)
    handled = inbox.done(event, EventState.HANDLED, caller.signed_at)
    ignored = inbox.done(event, EventState.IGNORED, caller.signed_at)
    try:
        if event.payment is None:
            bookings.write_alone(table, [ignored])
            return Received(EventState.IGNORED, first=first)
        applied = apply_payment(table, gateway, event.payment, caller, [handled])
        if applied is None:
            bookings.write_alone(table, [ignored])
            return Received(EventState.IGNORED, first=first, unmatched=True)
    except DoneBeforeError:
        return Received(EventState.HANDLED, repeated=True)
    return Received(EventState.HANDLED, applied.entries, first=first)

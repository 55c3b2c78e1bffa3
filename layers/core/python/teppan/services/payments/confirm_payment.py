"""Take note of a payment at once, for whoever has just paid (`domain.md §7`)."""

from dataclasses import replace

from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.domain.payments.errors import PaymentNotFound
from teppan.services.bookings.revision import find_visible
from teppan.services.payments.apply_payment import Applied, apply_statement
from teppan.services.payments.gateway import Gateway
from teppan.store.table import Table


def confirm_payment(table: Table, gateway: Gateway, intent_id: str, caller: Caller) -> Applied:
    """Enter what Stripe says of the intent; as often as one likes, with one effect.

    Raises `PaymentNotFound`, also for another customer's, `EditConflict` and what the gateway
    raises.
    """
    statement = gateway.statement(intent_id)
    if statement is None:
        raise PaymentNotFound
    try:
        find_visible(table, statement.booking_id, caller)
    except BookingNotFound:
        raise PaymentNotFound from None
    applied = apply_statement(table, statement, caller)
    if applied.entries:
        return applied
    # The webhook may have been faster, in between our reads: its booking is what counts.
    return replace(applied, booking=find_visible(table, statement.booking_id, caller))

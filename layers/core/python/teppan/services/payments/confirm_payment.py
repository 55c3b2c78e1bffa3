"""Confirm a payment as soon as the customer has paid (`domain.md §7`)."""

from dataclasses import replace

from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.domain.payments.errors import PaymentNotFound
from teppan.services.bookings.access import get_booking_for
from teppan.services.payments.apply_payment import AppliedPayment, apply_snapshot
from teppan.services.payments.provider import PaymentProvider
from teppan.store.table import Table


def confirm_payment(
    table: Table, provider: PaymentProvider, intent_id: str, caller: Caller
) -> AppliedPayment:
    """Enter the state of the intent at the provider; a repetition has no further effect.

    Raises `PaymentNotFound`, also for another customer's payment, `EditConflict` and what the
    provider raises.
    """
    snapshot = provider.snapshot(intent_id)
    if snapshot is None:
        raise PaymentNotFound
    try:
        get_booking_for(table, snapshot.booking_id, caller)
    except BookingNotFound:
        raise PaymentNotFound from None
    applied = apply_snapshot(table, snapshot, caller)
    if applied.entries:
        return applied
    # The webhook may have been faster, between our reads: return the booking that it wrote.
    return replace(applied, booking=get_booking_for(table, snapshot.booking_id, caller))

"""Give back the slots of bookings that nobody has paid in time (`domain.md §4`)."""

from teppan.domain.booking import Booking, Step
from teppan.domain.caller import Caller
from teppan.domain.cancellation import lapse
from teppan.services.gateway import Gateway
from teppan.services.open_payments import close_payments, open_attempts
from teppan.services.revision import find_visible, revise
from teppan.store.table import Table


def release_unpaid(table: Table, gateway: Gateway, booking_id: str, caller: Caller) -> Booking:
    """Cancel the booking unless Stripe knows of a payment.

    A payment that is at the bank is waited for until the start. Raises what `revise`,
    `apply_payment` and the gateway raise.
    """
    booking = find_visible(table, booking_id, caller)
    if lapse(booking, caller).after == booking:
        return booking
    closing = close_payments(table, gateway, open_attempts(table, booking_id), caller)
    wait = closing.in_progress and caller.at < booking.slot.starts_at
    return revise(
        table,
        booking_id,
        lambda booking: Step(booking) if wait else lapse(booking, caller),
        caller,
    )

"""No payment status contradicts the amounts shown with it (`domain.md §4`)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.property.strategies import LEDGERS, new_bookings

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import LedgerEntry
from teppan.domain.ledger_balance import balance_of
from teppan.domain.payment_status import PaymentStatus


@given(new_bookings(), LEDGERS, st.sampled_from(Status))
def test_no_payment_status_contradicts_the_amounts(
    made: Booking, ledger: list[LedgerEntry], status: Status
) -> None:
    balance = balance_of(ledger)
    booking = replace(made, status=status, payments={"pi_1": balance})
    due = booking.deposit_due + booking.balance_due
    paid, refunded = booking.balance.paid, booking.balance.refunded

    fits = {
        PaymentStatus.AWAITING_PAYMENT: balance.credited == 0 or booking.deposit_due > 0,
        PaymentStatus.DEPOSIT_PAID: balance.credited > 0 and booking.deposit_due == 0,
        PaymentStatus.PAID: due == 0 and paid > 0,
        PaymentStatus.REFUND_PENDING: balance.in_flight > 0,
        PaymentStatus.PARTIALLY_REFUNDED: due == 0 and 0 < refunded < paid,
        PaymentStatus.REFUNDED: due == 0 and refunded > 0 and paid <= refunded,
        PaymentStatus.DISPUTED: balance.at_risk > 0,
    }
    assert fits[booking.payment_status], (booking.payment_status, balance, due)
    is_quiet = not (balance.at_risk or balance.in_flight)
    is_due = {PaymentStatus.AWAITING_PAYMENT, PaymentStatus.DEPOSIT_PAID}
    assert not (due and is_quiet) or booking.payment_status in is_due

"""Every amount due can be paid, and the payments of a booking end (`domain.md §3, §7`)."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import before, booking, holding, snapshot, system

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.pricing import Price
from teppan.domain.bookings.rebalance import rebalance
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger_balance import Balance
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.payments.attempt import amount_due
from teppan.domain.payments.errors import PaymentNotDue
from teppan.domain.payments.posting import post_payment
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES

LEAST = 50
"""Stripe's minimum for a card, in cents: `amount_too_small` below it."""

MOST_PAYMENTS = 2
"""A deposit and a balance."""


@st.composite
def payable(draw: st.DrawFn) -> Booking:
    """Return a booking with any price, any amount paid, and any amount that confirms it."""
    total = draw(st.integers(LEAST, 400) | st.integers(LEAST, 400_000))
    due = draw(st.integers(LEAST, total))
    paid = draw(st.integers(0, total))
    made = replace(
        booking(),
        status=draw(st.sampled_from(sorted(set(Status) - {Status.CANCELLED}))),
        price=Price((), total, 0, 0, "usd"),
        due_to_confirm=due,
    )
    return rebalance(made, holding(made, Balance(captured=paid)), (), system()).after


def asked(booking: Booking, at: datetime) -> dict[PaymentType, int]:
    """Return the amount of each payment type that can be paid."""
    found = {}
    for each in PaymentType:
        try:
            found[each] = amount_due(booking, each, at)
        except PaymentNotDue:
            continue
    return found


@given(payable(), st.data())
def test_every_payable_booking_can_be_paid_to_the_end(
    payable: Booking, data: st.DataObject
) -> None:
    unpaid, at = payable, payable.created_at
    for number in range(MOST_PAYMENTS + 1):
        due = asked(unpaid, at)
        assert all(amount >= LEAST for amount in due.values())
        if not due:
            break
        assert number < MOST_PAYMENTS
        amount = due[data.draw(st.sampled_from(sorted(due)))]
        paid = snapshot(amount, payment=f"pi_next_{number}", captured_at=at)
        unpaid = post_payment(
            unpaid, (), paid, system(at + timedelta(seconds=1)), max_entries=MAX_STEP_ENTRIES
        ).after

    assert unpaid.deposit_due + unpaid.balance_due == 0
    assert unpaid.status is not Status.PENDING
    assert unpaid.payment_status is PaymentStatus.PAID
    assert 0 <= unpaid.price.total - unpaid.balance.credited < LEAST


@given(st.integers(0, 71_445))
def test_a_remainder_is_due_or_written_off_as_a_whole(paid: int) -> None:
    party = holding(replace(booking(), status=Status.COMPLETED), Balance(captured=paid))

    due = asked(party, before(party, days=-1))

    left = 71_445 - paid
    wanted = {PaymentType.BALANCE: left, PaymentType.FULL: left} if left >= LEAST else {}
    assert due == wanted

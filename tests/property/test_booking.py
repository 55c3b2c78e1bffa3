"""Whatever is done to a booking, it stays in order (§4-6)."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import in_status
from tests.property.strategies import BALANCES, CALLERS, SECONDS, bookings, changes, live_bookings

from teppan.domain.booking import Booking, Status
from teppan.domain.caller import Caller
from teppan.domain.cancellation import CancellationRequest, cancel
from teppan.domain.change import Changes, change
from teppan.domain.errors import DomainError
from teppan.domain.ledger import Balance, enter

STEPS = st.lists(st.tuples(changes(), CALLERS, SECONDS), min_size=1, max_size=5)
MAY_BECOME = {
    Status.PENDING: {Status.PENDING},
    Status.CONFIRMED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
}
"""The steps of a change; payments confirm and cancellations cancel."""


def check_money(booking: Booking) -> None:
    """What was paid and what is due make the total; nothing is due for what is cancelled."""
    assert booking.deposit_due >= 0
    assert booking.balance_due >= 0
    assert 0 < booking.due_to_confirm <= booking.price.total
    due = booking.deposit_due + booking.balance_due
    if booking.status is Status.CANCELLED:
        assert due == 0
    else:
        assert due + booking.balance.captured == max(booking.price.total, booking.balance.captured)


def check_dates(booking: Booking) -> None:
    assert booking.payment_due_at <= booking.slot.starts_at - timedelta(hours=24)
    assert booking.payment_due_at <= booking.created_at + timedelta(hours=24)
    assert booking.balance_due_at < booking.slot.starts_at


@given(live_bookings(), STEPS)
def test_changes_one_after_the_other_keep_it_in_order(
    booking: Booking, steps: list[tuple[Changes, Caller, timedelta]]
) -> None:
    for wanted, who, later in steps:
        author = replace(who, at=booking.updated_at + later)
        before = booking
        try:
            booking = change(before, wanted, author)
        except DomainError:
            continue

        if booking is before:
            continue
        assert booking.version == before.version + 1
        assert booking.updated_at == author.signed_at
        assert booking.status in MAY_BECOME[before.status]
        assert (booking.balance, booking.id) == (before.balance, before.id)
        assert (booking.customer_id, booking.created_at) == (before.customer_id, before.created_at)
        check_money(booking)
        check_dates(booking)


@given(bookings(), changes(), CALLERS, SECONDS)
def test_what_is_over_never_changes(
    booking: Booking, wanted: Changes, who: Caller, later: timedelta
) -> None:
    author = replace(who, at=booking.updated_at + later)

    try:
        after = change(booking, wanted, author)
    except DomainError:
        return

    assert booking.is_live
    assert after.version - booking.version == (0 if after == booking else 1)


@given(live_bookings())
def test_what_is_paid_and_due_makes_the_total(booking: Booking) -> None:
    check_money(booking)
    check_dates(booking)


@given(
    st.sampled_from(Status),
    BALANCES,
    CALLERS,
    st.timedeltas(timedelta(days=-5), timedelta(days=365)),
    st.none() | st.integers(0, 100),
)
def test_a_cancellation_owes_whole_cents_of_what_is_left(
    status: Status, balance: Balance, who: Caller, notice: timedelta, percentage: int | None
) -> None:
    before = replace(in_status(status), balance=balance)
    author = replace(who, at=before.slot.starts_at - notice)

    try:
        after, owed = cancel(before, CancellationRequest("Because", percentage), author)
    except DomainError:
        return

    assert before.is_live
    assert (after.status, after.version) == (Status.CANCELLED, before.version + 1)
    assert after.cancellation is not None
    left = balance.captured - balance.refunded
    assert 0 <= after.cancellation.refund_amount <= max(0, left)
    if owed is None:
        assert (after.balance, after.cancellation.refund_amount) == (balance, 0)
    else:
        assert owed.amount == after.cancellation.refund_amount > 0
        assert after.balance == enter(balance, owed)
    check_money(after)

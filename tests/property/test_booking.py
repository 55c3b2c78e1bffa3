"""Whatever is done to a booking, it stays in order (§4-6)."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import in_status
from tests.property.strategies import ACCOUNTS, CALLERS, SECONDS, bookings, changes, live_bookings

from teppan.domain.booking import Booking
from teppan.domain.caller import Caller
from teppan.domain.cancellation import CancellationRequest, cancel
from teppan.domain.change import Changes, change
from teppan.domain.errors import DomainError, TooCloseToEvent, TooLateToReduce
from teppan.domain.ledger import Balance, EntryKind, LedgerEntry, entered
from teppan.domain.transition import Status

STEPS = st.lists(st.tuples(changes(), CALLERS, SECONDS), min_size=1, max_size=5)
MAY_BECOME = {
    Status.PENDING: {Status.PENDING, Status.CONFIRMED},
    Status.CONFIRMED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
}
"""The steps of a change; one that costs less may confirm, and cancellations cancel."""


def check_money(booking: Booking) -> None:
    """What counts as paid and what is due make the total; what is cancelled owes nothing."""
    assert booking.deposit_due >= 0
    assert booking.balance_due >= 0
    assert 0 < booking.due_to_confirm <= booking.price.total
    due = booking.deposit_due + booking.balance_due
    if booking.status is Status.CANCELLED:
        assert due == 0
    else:
        assert due + booking.balance.paid == max(booking.price.total, booking.balance.paid)


def check_promises(before: Booking, after: Booking, entries: tuple[LedgerEntry, ...]) -> None:
    """A change promises back what was paid beyond the new price, and nothing else."""
    too_much = max(0, before.balance.paid - after.price.total)
    assert sum(entry.amount for entry in entries) == min(too_much, before.balance.refundable)
    assert {entry.kind for entry in entries} <= {EntryKind.REFUND_OWED}
    covered = before.balance.paid >= after.due_to_confirm
    assert (after.status is Status.PENDING) <= (not covered)


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
            step = change(before, wanted, author)
        except DomainError:
            continue

        booking = step.after
        if booking is before:
            assert step.entries == ()
            continue
        assert booking.version == before.version + 1
        assert booking.updated_at == author.signed_at
        assert booking.status in MAY_BECOME[before.status]
        assert booking.payments == entered(before.payments, step.entries)
        assert booking.id == before.id
        check_promises(before, booking, step.entries)
        assert (booking.customer_id, booking.created_at) == (before.customer_id, before.created_at)
        check_money(booking)
        check_dates(booking)


MICRO = timedelta(microseconds=1)
NOTICES = st.builds(
    lambda deadline, off: deadline + off * MICRO,
    st.sampled_from([timedelta(days=7), timedelta(hours=72), timedelta(hours=24), timedelta(0)]),
    st.sampled_from([-1, 0, 1]),
)
"""How long before the start a change comes: at each deadline, and a moment to either side."""


def deadline_missed(before: Booking, after: Booking, notice: timedelta, *, staff: bool) -> bool:
    """Return whether the step came too late, by `domain.md §5` alone."""
    what = {name for name in ("slot", "party", "menu", "venue") if _differ(before, after, name)}
    if what - {"slot"} and notice < (timedelta(0) if staff else timedelta(hours=24)):
        return True
    if "slot" in what and notice < timedelta(hours=72):
        return True
    cheaper = after.most_it_may_cost < before.most_it_may_cost
    return cheaper and not staff and notice < timedelta(days=7)


def _differ(before: Booking, after: Booking, name: str) -> bool:
    return bool(getattr(before, name) != getattr(after, name))


@given(live_bookings(), changes(), CALLERS, NOTICES, st.none() | st.integers(0, 200))
def test_no_change_comes_after_its_deadline_and_each_is_made_until_then(
    booking: Booking, wanted: Changes, who: Caller, notice: timedelta, miles: int | None
) -> None:
    # Given a booking with its distance known, or another address since
    booking = replace(booking, last_miles=miles)
    author = replace(who, at=booking.slot.starts_at - notice)
    refused = False

    # When
    try:
        after = change(booking, wanted, author).after
    except (TooCloseToEvent, TooLateToReduce):
        refused = True
        # What it would have been long before
        early = replace(author, at=booking.slot.starts_at - timedelta(days=200))
        try:
            after = change(booking, replace(wanted, status=None), early).after
        except DomainError:
            return
    except DomainError:
        return

    # Then
    assert deadline_missed(booking, after, notice, staff=who.is_admin) == refused


@given(bookings(), changes(), CALLERS, SECONDS)
def test_what_is_over_never_changes(
    booking: Booking, wanted: Changes, who: Caller, later: timedelta
) -> None:
    author = replace(who, at=booking.updated_at + later)

    try:
        after = change(booking, wanted, author).after
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
    ACCOUNTS,
    CALLERS,
    st.timedeltas(timedelta(days=-5), timedelta(days=365)),
    st.none() | st.integers(0, 100),
)
def test_a_cancellation_owes_whole_cents_of_what_is_left(
    status: Status,
    payments: dict[str, Balance],
    who: Caller,
    notice: timedelta,
    percentage: int | None,
) -> None:
    before = replace(in_status(status), payments=payments)
    author = replace(who, at=before.slot.starts_at - notice)

    try:
        step = cancel(before, CancellationRequest("Because", percentage), author)
    except DomainError:
        return

    after, balance = step.after, before.balance
    assert before.is_live
    assert (after.status, after.version) == (Status.CANCELLED, before.version + 1)
    assert after.cancellation is not None
    left = balance.captured - balance.refunded
    assert 0 <= after.cancellation.refund_amount <= max(0, left)
    assert sum(owed.amount for owed in step.entries) == after.cancellation.refund_amount
    assert all(0 < owed.amount <= payments[owed.payment].refundable for owed in step.entries)
    assert after.payments == entered(payments, step.entries)
    check_money(after)

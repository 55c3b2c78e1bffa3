"""Every sequence of changes keeps a booking consistent (`domain.md §4-6`)."""

from contextlib import suppress
from dataclasses import fields, replace
from datetime import timedelta
from string import ascii_letters, digits

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import admin, booking_request, caller, holding, in_status
from tests.property.strategies import (
    ACCOUNTS,
    CALLERS,
    MILES,
    SECONDS,
    VENUES,
    bookings,
    changes,
    live_bookings,
)

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import CancellationRequest, cancel
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.errors import TooCloseToEvent, TooLateToReduce
from teppan.domain.bookings.pricing import price_of
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError
from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance, post_entries

LEAST = 50
"""The cents that no card takes less than (`domain.md §3`)."""

TRANSITIONS = st.lists(st.tuples(changes(), CALLERS, SECONDS), min_size=1, max_size=5)
MAY_BECOME = {
    Status.PENDING: {Status.PENDING, Status.CONFIRMED},
    Status.CONFIRMED: {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW},
}
"""The steps of a change; one that costs less may confirm, and cancellations cancel."""


def check_money(booking: Booking) -> None:
    """Check that credited and due amounts add up to the total, except what no card accepts."""
    assert all(due == 0 or due >= LEAST for due in (booking.deposit_due, booking.balance_due))
    assert 0 < booking.due_to_confirm <= booking.price.total
    due = booking.deposit_due + booking.balance_due
    if booking.status is Status.CANCELLED:
        assert due == 0
    else:
        unpaid = max(0, booking.price.total - booking.balance.credited)
        assert due == (unpaid if unpaid >= LEAST else 0)


def check_step(before: Booking, after: Booking, entries: tuple[LedgerEntry, ...]) -> None:
    """Check that a change owes back what was paid beyond the new price, and nothing else."""
    too_much = max(0, before.balance.credited - after.price.total)
    assert sum(entry.amount for entry in entries) == min(too_much, before.balance.refundable)
    assert {entry.kind for entry in entries} <= {EntryKind.REFUND_OWED}
    covered = before.balance.credited > after.due_to_confirm - LEAST
    assert (after.status is Status.PENDING) <= (not covered)


def check_dates(booking: Booking) -> None:
    assert booking.payment_due_at <= booking.slot.starts_at - timedelta(hours=24)
    assert booking.payment_due_at <= booking.created_at + timedelta(hours=24)
    assert booking.balance_due_at < booking.slot.starts_at


@given(live_bookings(), TRANSITIONS)
def test_successive_changes_keep_the_booking_consistent(
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
        assert booking.updated_at == author.recorded_at
        assert booking.status in MAY_BECOME[before.status]
        assert booking.payments == post_entries(before.payments, step.entries)
        assert booking.id == before.id
        check_step(before, booking, step.entries)
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
    """Return whether the change came too late, computed from `domain.md §5` alone."""
    what = {name for name in ("slot", "party", "menu") if _differ(before, after, name)}
    if not before.venue.is_same_place(after.venue):
        what.add("venue")
    if what - {"slot"} and notice < (timedelta(0) if staff else timedelta(hours=24)):
        return True
    if "slot" in what and notice < timedelta(hours=72):
        return True
    cheaper = after.price.total < before.price.total
    return cheaper and not staff and notice < timedelta(days=7)


def _differ(before: Booking, after: Booking, name: str) -> bool:
    return bool(getattr(before, name) != getattr(after, name))


def what_differs(before: Booking, after: Booking) -> set[str]:
    """Return the names of the fields that differ."""
    return {each.name for each in fields(Booking) if _differ(before, after, each.name)}


@given(live_bookings(), changes(), CALLERS, NOTICES, st.none() | MILES)
def test_each_change_is_accepted_until_its_deadline_and_not_after(
    booking: Booking, wanted: Changes, who: Caller, notice: timedelta, miles: int | None
) -> None:
    # Given a booking with a known or unknown distance
    booking = far_away(booking, miles)
    author = replace(who, at=booking.slot.starts_at - notice)
    refused = False

    # When
    try:
        after = change(booking, wanted, author).after
    except (TooCloseToEvent, TooLateToReduce):
        refused = True
        # The same change long before the deadline
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
def test_a_final_booking_changes_only_its_travel_until_30_days_after(
    booking: Booking, wanted: Changes, who: Caller, later: timedelta
) -> None:
    author = replace(who, at=booking.updated_at + later)

    try:
        after = change(booking, wanted, author).after
    except DomainError:
        return

    assert after.version - booking.version == (0 if after == booking else 1)
    if not booking.is_live:
        assert who.is_admin
        assert author.at <= booking.slot.starts_at + timedelta(days=30)
        assert what_differs(booking, after) <= {
            *("travel_miles", "travel_confirmed", "price", "payments"),
            *("due_to_confirm", "payment_due_at", "version", "updated_at"),
        }


def far_away(booking: Booking, miles: int | None) -> Booking:
    """Return the booking with a distance that staff set long before, and no payment."""
    if miles is None:
        return booking
    price = price_of(booking.party, booking.menu, miles, booking.policy)
    return replace(booking, travel_miles=miles, travel_confirmed=True, price=price)


@given(
    live_bookings(),
    MILES,
    st.lists(st.tuples(VENUES | st.just(booking_request().venue), SECONDS), min_size=1, max_size=6),
    st.sampled_from([Status.COMPLETED, Status.NO_SHOW]),
)
def test_no_change_of_the_venue_lowers_the_total_or_refunds_travel(
    booking: Booking, miles: int, moves: list[tuple[Venue, timedelta]], end: Status
) -> None:
    # Given a booking with a distance set by staff, paid in full
    far = far_away(replace(booking, status=Status.CONFIRMED), miles)
    paid = holding(far, Balance(captured=far.price.total))

    # When the customer changes the venue any number of times
    after = paid
    entries: list[LedgerEntry] = []
    confirmed, at = True, paid.updated_at
    for venue, later in moves:
        at += later
        with suppress(TooCloseToEvent):
            step = change(after, Changes(venue=venue), caller(at=at))
            confirmed = confirmed and venue.is_same_place(after.venue)
            after, entries = step.after, [*entries, *step.entries]
        assert after.price == paid.price
        assert after.travel_miles == miles
    # and the party is over
    step = change(after, Changes(status=end), admin(after.completes_at))

    # Then the travel fee stays paid and due
    assert [*entries, *step.entries] == []
    assert step.after.price.total == paid.price.total
    assert after.travel_confirmed == confirmed


LINES = st.text(f"{ascii_letters}{digits} ,.-#'", min_size=1, max_size=30)


@given(st.builds(Venue, LINES, LINES, LINES, LINES, st.none() | LINES), st.data())
def test_case_and_spaces_and_punctuation_make_no_other_place(
    venue: Venue, data: st.DataObject
) -> None:
    separators = st.sampled_from(["", " ", ", ", "-", ".", "\u00a0", "\u200b"])

    def respelled(text: str) -> str:
        """Return the text with separators inserted, but never between digits of one number."""
        spelled = ""
        for this, following in zip(text, text[1:] + " ", strict=True):
            spelled += this.swapcase() if data.draw(st.booleans()) else this
            if not (this.isdigit() and following.isdigit()):
                spelled += data.draw(separators)
        return spelled

    spelled = replace(
        venue, address_line1=respelled(venue.address_line1), city=respelled(venue.city)
    )

    assert spelled.is_same_place(venue)


@given(live_bookings())
def test_credited_and_due_amounts_add_up_to_the_total(booking: Booking) -> None:
    check_money(booking)
    check_dates(booking)


@given(
    st.sampled_from(Status),
    ACCOUNTS,
    CALLERS,
    st.timedeltas(timedelta(days=-5), timedelta(days=365)),
    st.none() | st.integers(0, 100),
)
def test_a_cancellation_owes_whole_cents_of_what_is_refundable(
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
    if status is Status.PENDING:
        assert after.cancellation.refund_percentage == 100
        left = sum(max(0, each.captured - each.refunded) for each in payments.values())
    else:
        left = balance.captured - balance.refunded
    assert 0 <= after.cancellation.refund_amount <= max(0, left)
    assert sum(owed.amount for owed in step.entries) == after.cancellation.refund_amount
    assert all(0 < owed.amount <= payments[owed.payment].refundable for owed in step.entries)
    assert after.payments == post_entries(payments, step.entries)
    check_money(after)

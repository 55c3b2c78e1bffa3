"""Change a booking (`domain.md §5`): every step returns a new one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from teppan.domain.bookings.booking import Booking, Contact, Step, Venue, payment_due_at
from teppan.domain.bookings.cancellation import refund_limit_after_move
from teppan.domain.bookings.errors import (
    BookingNotChangeable,
    InvalidTransition,
    TooCloseToEvent,
    TooLateToReduce,
)
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.pricing import due_to_confirm, price_of
from teppan.domain.bookings.rebalance import rebalance
from teppan.domain.bookings.slot import Slot, check_bookable, slot_at
from teppan.domain.bookings.transition import STEPS, Cause, Status, next_status
from teppan.domain.caller import Caller
from teppan.domain.errors import Forbidden

SET_BY_ADMIN: Mapping[Status, Cause] = {
    Status.COMPLETED: Cause.TOOK_PLACE,
    Status.NO_SHOW: Cause.NOBODY_THERE,
}
"""The statuses that an admin sets by hand, after the start."""

_WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change; None leaves a thing as it is. `status` and `travel_miles` are admin-only."""

    date: dt.date | None = None
    time: dt.time | None = None
    party: Party | None = None
    menu: Menu | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    special_requests: str | None = None
    status: Status | None = None
    travel_miles: int | None = None


def change(booking: Booking, changes: Changes, caller: Caller) -> Step:
    """Return `booking` with `changes` made, or itself when they change nothing (`domain.md §5`).

    A lower price promises back what was paid beyond it, and may confirm a booking paid in part.
    Of a booking that is over, staff may still set the travel distance.

    Raises `Forbidden`, `BookingNotChangeable`, `TooCloseToEvent`, `TooLateToReduce`,
    `InvalidTransition` and what slots and prices raise.
    """
    if not caller.is_admin and (changes.status or changes.travel_miles is not None):
        raise Forbidden("Only staff set the status and the travel distance.")
    _check_changeable(booking, changes, caller)
    slot = _moved(booking, changes, caller.at)
    venue, limit = changes.venue or booking.venue, booking.refund_limit
    is_distance_known = booking.travel_confirmed and venue.is_same_place(booking.venue)
    changed = replace(
        booking,
        slot=slot,
        party=changes.party or booking.party,
        menu=booking.menu if changes.menu is None else changes.menu,
        venue=venue,
        contact=changes.contact or booking.contact,
        special_requests=_either(changes.special_requests, booking.special_requests),
        travel_miles=_either(changes.travel_miles, booking.travel_miles),
        travel_confirmed=changes.travel_miles is not None or is_distance_known,
        refund_limit=limit if slot == booking.slot else refund_limit_after_move(booking, caller.at),
        status=_stepped(booking, changes.status, caller.at),
    )
    if changed == booking:
        return Step(booking)
    _check_edit_notice(booking, changed, caller)
    repriced = _repriced(changed, booking)
    _check_reduction_notice(booking, repriced, caller)
    return rebalance(booking, repriced, (), caller)


def complete(booking: Booking, caller: Caller) -> Step:
    """Return a confirmed booking completed once it is time (`domain.md §4`), else as it is."""
    if booking.status is not Status.CONFIRMED or caller.at < booking.completes_at:
        return Step(booking)
    over = replace(booking, status=next_status(booking.status, Cause.TOOK_PLACE))
    return rebalance(booking, over, (), caller)


def _check_changeable(booking: Booking, changes: Changes, caller: Caller) -> None:
    """Raise `BookingNotChangeable`: a booking that is over takes its travel distance, no more."""
    miles = changes.travel_miles
    takes_distance = booking.holds_slot and miles is not None
    if not booking.is_live and not (takes_distance and changes == Changes(travel_miles=miles)):
        staff_may = caller.is_admin and booking.holds_slot
        rest = "; only its travel_miles can be set, alone" if staff_may else ""
        raise BookingNotChangeable(f"A booking that is {booking.status} stays as it is{rest}.")
    deadline = booking.policy.travel_deadline_after_start
    if miles is not None and caller.at > booking.slot.starts_at + deadline:
        until = _in_words(deadline)
        raise BookingNotChangeable(f"The travel distance can be set until {until} after the start.")


def _moved(booking: Booking, changes: Changes, now: dt.datetime) -> Slot:
    slot = booking.slot
    day, start = changes.date or slot.date, changes.time or slot.time
    if (day, start) == (slot.date, slot.time):
        return slot
    needed = booking.policy.move_notice
    if slot.starts_at - now < needed:
        until = _in_words(needed)
        raise TooCloseToEvent(f"The date and time can be changed until {until} before the start.")
    target = slot_at(day, start, booking.policy)
    check_bookable(target, now, booking.policy)
    return target


def _stepped(booking: Booking, status: Status | None, now: dt.datetime) -> Status:
    if status is None or status is booking.status:
        return booking.status
    cause = SET_BY_ADMIN.get(status)
    if cause is None or (booking.status, cause) not in STEPS:
        raise InvalidTransition(f"A {booking.status} booking can not become {status}.")
    if now < booking.slot.starts_at:
        raise InvalidTransition(f"A booking becomes {status} only after its start.")
    return next_status(booking.status, cause)


def _repriced(changed: Booking, before: Booking) -> Booking:
    policy = changed.policy
    price = price_of(changed.party, changed.menu, changed.travel_miles, policy)
    return replace(
        changed,
        price=price,
        due_to_confirm=due_to_confirm(price, before.created_at, changed.slot.starts_at, policy),
        payment_due_at=payment_due_at(before.created_at, changed.slot, policy),
    )


def _check_edit_notice(before: Booking, changed: Booking, caller: Caller) -> None:
    """Raise `TooCloseToEvent` for other guests, another menu or venue after their deadline."""
    is_prepared_alike = (changed.party, changed.menu) == (before.party, before.menu)
    if is_prepared_alike and changed.venue.is_same_place(before.venue):
        return
    notice, needed = before.slot.starts_at - caller.at, before.policy.edit_notice
    if notice < dt.timedelta(0):
        raise TooCloseToEvent("Guests, menu and venue stay as they are after the start.")
    if notice < needed and not caller.is_admin:
        until = _in_words(needed)
        raise TooCloseToEvent(
            f"Guests, menu and venue can be changed until {until} before the start; after that,"
            " please contact support."
        )


def _check_reduction_notice(before: Booking, repriced: Booking, caller: Caller) -> None:
    """Raise `TooLateToReduce` for a customer's change that lowers the total after its deadline."""
    needed = before.policy.reduction_notice
    is_in_time = before.slot.starts_at - caller.at >= needed
    if is_in_time or caller.is_admin or repriced.price.total >= before.price.total:
        return
    raise TooLateToReduce(
        f"A change that lowers the total is possible until {_in_words(needed)} before the start;"
        " one that keeps or raises it still is."
    )


def _in_words(notice: dt.timedelta) -> str:
    """Return a notice of the policy as people say it: in days from a week on, else in hours."""
    hours = notice // dt.timedelta(hours=1)
    return f"{notice.days} days" if notice >= _WEEK else f"{hours} hours"


def _either[T](new: T | None, old: T) -> T:
    return old if new is None else new

"""Change a booking (`domain.md §5`); each function returns a new booking."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.booking_request import Contact
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
from teppan.domain.bookings.slot import Slot, check_bookable, payment_due_at, slot_at
from teppan.domain.bookings.transition import TRANSITIONS, Cause, Status, next_status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Caller
from teppan.domain.errors import Forbidden

SET_BY_ADMIN: Mapping[Status, Cause] = {
    Status.COMPLETED: Cause.TOOK_PLACE,
    Status.NO_SHOW: Cause.NO_SHOW,
}
"""The statuses that an admin may set, after the start."""

_WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Changes:
    """The fields to change; None keeps a field. `status` and `travel_miles` are admin-only."""

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
    """Return `booking` with `changes`, or unchanged if they change nothing (`domain.md §5`).

    A lower price adds refund obligations for what was paid beyond it, and may confirm a booking
    that is paid in part. After the party, staff may still set the travel distance.

    Raises `Forbidden`, `BookingNotChangeable`, `TooCloseToEvent`, `TooLateToReduce`,
    `InvalidTransition` and the errors of slots and prices.
    """
    if not caller.is_admin and (changes.status or changes.travel_miles is not None):
        raise Forbidden("Only staff set the status and the travel distance.")
    _check_changeable(booking, changes, caller)
    slot = _target_slot(booking, changes, caller.at)
    venue, limit = changes.venue or booking.venue, booking.refund_limit
    is_distance_known = booking.travel_confirmed and venue.is_same_place(booking.venue)
    changed = replace(
        booking,
        slot=slot,
        party=changes.party or booking.party,
        menu=booking.menu if changes.menu is None else changes.menu,
        venue=venue,
        contact=changes.contact or booking.contact,
        special_requests=_changed_or_kept(changes.special_requests, booking.special_requests),
        travel_miles=_changed_or_kept(changes.travel_miles, booking.travel_miles),
        travel_confirmed=changes.travel_miles is not None or is_distance_known,
        refund_limit=limit if slot == booking.slot else refund_limit_after_move(booking, caller.at),
        status=_target_status(booking, changes.status, caller.at),
    )
    if changed == booking:
        return Step(booking)
    _check_edit_notice(booking, changed, caller)
    repriced = _repriced(changed, booking)
    _check_reduction_notice(booking, repriced, caller)
    return rebalance(booking, repriced, (), caller)


def complete(booking: Booking, caller: Caller) -> Step:
    """Return a confirmed booking as completed, or unchanged before `completes_at`."""
    if booking.status is not Status.CONFIRMED or caller.at < booking.completes_at:
        return Step(booking)
    completed = replace(booking, status=next_status(booking.status, Cause.TOOK_PLACE))
    return rebalance(booking, completed, (), caller)


def _check_changeable(booking: Booking, changes: Changes, caller: Caller) -> None:
    """Raise `BookingNotChangeable` if the booking is final, or the travel deadline has passed.

    A completed booking or a no-show still accepts its travel distance, and nothing else.
    """
    miles = changes.travel_miles
    accepts_distance = booking.holds_slot and miles is not None
    if not booking.is_live and not (accepts_distance and changes == Changes(travel_miles=miles)):
        may_set_distance = caller.is_admin and booking.holds_slot
        exception = "; only its travel_miles can be set, alone" if may_set_distance else ""
        raise BookingNotChangeable(f"A {booking.status} booking cannot be changed{exception}.")
    deadline = booking.policy.travel_deadline_after_start
    if miles is not None and caller.at > booking.slot.starts_at + deadline:
        until = _in_words(deadline)
        raise BookingNotChangeable(f"The travel distance can be set until {until} after the start.")


def _target_slot(booking: Booking, changes: Changes, now: dt.datetime) -> Slot:
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


def _target_status(booking: Booking, status: Status | None, now: dt.datetime) -> Status:
    if status is None or status is booking.status:
        return booking.status
    cause = SET_BY_ADMIN.get(status)
    if cause is None or (booking.status, cause) not in TRANSITIONS:
        raise InvalidTransition(f"A {booking.status} booking cannot become {status}.")
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
    """Raise `TooCloseToEvent` if guests, menu or venue change after their deadline."""
    is_same_order = (changed.party, changed.menu) == (before.party, before.menu)
    if is_same_order and changed.venue.is_same_place(before.venue):
        return
    notice, needed = before.slot.starts_at - caller.at, before.policy.edit_notice
    if notice < dt.timedelta(0):
        raise TooCloseToEvent("Guests, menu and venue cannot be changed after the start.")
    if notice < needed and not caller.is_admin:
        until = _in_words(needed)
        raise TooCloseToEvent(
            f"Guests, menu and venue can be changed until {until} before the start; after that,"
            " please contact support."
        )


def _check_reduction_notice(before: Booking, repriced: Booking, caller: Caller) -> None:
    """Raise `TooLateToReduce` if a customer lowers the total after the deadline for that."""
    needed = before.policy.reduction_notice
    is_in_time = before.slot.starts_at - caller.at >= needed
    if is_in_time or caller.is_admin or repriced.price.total >= before.price.total:
        return
    raise TooLateToReduce(
        f"The total can be lowered until {_in_words(needed)} before the start. A change that keeps"
        " or raises it is still possible."
    )


def _in_words(notice: dt.timedelta) -> str:
    """Return a notice for people: in days if it is a week or more, else in hours."""
    hours = notice // dt.timedelta(hours=1)
    return f"{notice.days} days" if notice >= _WEEK else f"{hours} hours"


def _changed_or_kept[T](change: T | None, present: T) -> T:
    return present if change is None else change

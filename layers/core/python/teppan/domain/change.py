"""Change a booking (`domain.md §5`): every step returns a new one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from teppan.domain.booking import Booking, Contact, Step, Venue, payment_due_at
from teppan.domain.caller import Caller
from teppan.domain.errors import BookingNotChangeable, Forbidden, InvalidTransition, TooCloseToEvent
from teppan.domain.party import Menu, Party
from teppan.domain.pricing import due_to_confirm, price_of
from teppan.domain.settlement import settled
from teppan.domain.slot import Slot, check_bookable, slot_at
from teppan.domain.transition import STEPS, Cause, Status, next_status

SET_BY_ADMIN: Mapping[Status, Cause] = {
    Status.COMPLETED: Cause.TOOK_PLACE,
    Status.NO_SHOW: Cause.NOBODY_THERE,
}
"""The statuses that an admin sets by hand, after the start."""


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

    Raises `Forbidden`, `BookingNotChangeable`, `TooCloseToEvent`, `InvalidTransition` and what
    slots and prices raise.
    """
    if not caller.is_admin and (changes.status or changes.travel_miles is not None):
        raise Forbidden("Only staff set the status and the travel distance.")
    if not booking.is_live:
        raise BookingNotChangeable(f"A booking that is {booking.status} stays as it is.")
    changed = replace(
        booking,
        slot=_moved(booking, changes, caller.at),
        party=changes.party or booking.party,
        menu=booking.menu if changes.menu is None else changes.menu,
        venue=changes.venue or booking.venue,
        contact=changes.contact or booking.contact,
        special_requests=_either(changes.special_requests, booking.special_requests),
        travel_miles=_either(changes.travel_miles, _known_miles(booking, changes)),
        last_miles=_either(changes.travel_miles, booking.last_miles),
        status=_stepped(booking, changes.status, caller.at),
    )
    if changed == booking:
        return Step(booking)
    return settled(booking, _repriced(changed, booking, caller.at), (), caller)


def complete(booking: Booking, caller: Caller) -> Step:
    """Return a confirmed booking completed once it is time (`domain.md §4`), else as it is."""
    if booking.status is not Status.CONFIRMED or caller.at < booking.completes_at:
        return Step(booking)
    over = replace(booking, status=next_status(booking.status, Cause.TOOK_PLACE))
    return settled(booking, over, (), caller)


def _moved(booking: Booking, changes: Changes, now: dt.datetime) -> Slot:
    slot = booking.slot
    day, start = changes.date or slot.date, changes.time or slot.time
    if (day, start) == (slot.date, slot.time):
        return slot
    _check_notice(booking, now, moving=True)
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


def _known_miles(booking: Booking, changes: Changes) -> int | None:
    """Return the confirmed distance; another address is another distance (`domain.md §3`)."""
    return booking.travel_miles if changes.venue in {None, booking.venue} else None


def _repriced(changed: Booking, before: Booking, now: dt.datetime) -> Booking:
    policy = changed.policy
    if (changed.party, changed.menu) != (before.party, before.menu):
        _check_notice(before, now, moving=False)
    price = price_of(changed.party, changed.menu, changed.travel_miles, policy)
    return replace(
        changed,
        price=price,
        due_to_confirm=due_to_confirm(price, before.created_at, changed.slot.starts_at, policy),
        payment_due_at=payment_due_at(before.created_at, changed.slot, policy),
    )


def _check_notice(booking: Booking, now: dt.datetime, *, moving: bool) -> None:
    policy = booking.policy
    needed, what = (
        (policy.move_notice, "The date and time") if moving else (policy.edit_notice, "The party")
    )
    if booking.slot.starts_at - now < needed:
        hours = int(needed.total_seconds()) // 3600
        raise TooCloseToEvent(f"{what} can be changed until {hours} hours before the start.")


def _either[T](new: T | None, old: T) -> T:
    return old if new is None else new

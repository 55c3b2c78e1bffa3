"""A booking's life (`domain.md §4-6`): every step returns a new booking."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from teppan.domain.caller import Caller, Role
from teppan.domain.cancellation import RefundTerms, overridden_terms, refund_terms
from teppan.domain.errors import (
    AlreadyCancelled,
    AlreadyCompleted,
    BookingNotChangeable,
    BookingNotFound,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    TooCloseToEvent,
    Violation,
)
from teppan.domain.ledger import Balance, EntryKind, LedgerEntry, PaymentStatus, enter
from teppan.domain.ledger import payment_status as derived_payment_status
from teppan.domain.money import Cents
from teppan.domain.party import Menu, Party
from teppan.domain.policy import CURRENT, POLICIES, Policy
from teppan.domain.pricing import Price, due_to_confirm, price_of
from teppan.domain.slot import Slot, check_bookable, slot_at


class Status(StrEnum):
    """Where a booking is in its life."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


LIVE = frozenset({Status.PENDING, Status.CONFIRMED})
"""The statuses that may change."""

SET_BY_ADMIN = {(Status.CONFIRMED, Status.COMPLETED), (Status.CONFIRMED, Status.NO_SHOW)}
"""The steps that an admin takes by hand, after the start."""


@dataclass(frozen=True, slots=True)
class Venue:
    """Where the chef cooks."""

    address_line1: str
    city: str
    state: str
    postal_code: str
    address_line2: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to reach; personal data."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a customer asks for when booking."""

    date: dt.date
    time: dt.time
    party: Party
    menu: Menu
    venue: Venue
    contact: Contact
    special_requests: str


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


@dataclass(frozen=True, slots=True)
class CancellationRequest:
    """Why to cancel and, from an admin only, the `percentage` to refund whatever the window."""

    reason: str | None = None
    percentage: int | None = None


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Who ended a booking, why, and what was refunded."""

    by: Role
    at: dt.datetime
    refund_amount: Cents
    refund_percentage: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking as stored. `version` grows by one a change; instants are UTC, amounts US cents.

    `due_to_confirm` is the captured amount that confirms it; `fingerprint` is the hash of the
    request that made it.
    """

    id: str
    version: int
    status: Status
    customer_id: str
    slot: Slot
    party: Party
    menu: Menu
    venue: Venue
    contact: Contact
    special_requests: str
    travel_miles: int | None
    price: Price
    due_to_confirm: Cents
    policy_version: str
    balance: Balance
    payment_due_at: dt.datetime
    created_at: dt.datetime
    updated_at: dt.datetime
    fingerprint: str
    cancellation: Cancellation | None = None

    @property
    def policy(self) -> Policy:
        """The policy that the booking was made under."""
        return POLICIES[self.policy_version]

    @property
    def is_live(self) -> bool:
        """Whether the booking may change and be paid."""
        return self.status in LIVE

    @property
    def holds_slot(self) -> bool:
        """Whether the booking takes a place in its slot: only a cancelled one does not."""
        return self.status is not Status.CANCELLED

    @property
    def payment_status(self) -> PaymentStatus:
        """How the payment stands, by the ledger."""
        return derived_payment_status(self.balance, self.price.total)

    @property
    def balance_due_at(self) -> dt.datetime:
        """When the whole total must be paid; at once for a booking made later than that."""
        due = self.slot.starts_at - self.policy.balance_before_start
        return self.payment_due_at if self.created_at > due else due

    @property
    def deposit_due(self) -> Cents:
        """What must still be paid to confirm the booking."""
        if self.status is not Status.PENDING:
            return 0
        return max(0, self.due_to_confirm - self.balance.paid)

    @property
    def balance_due(self) -> Cents:
        """What must still be paid beyond that; a cancelled booking owes nothing more."""
        if self.status is Status.CANCELLED:
            return 0
        return max(0, self.price.total - self.balance.paid) - self.deposit_due


def book(
    wishes: Wishes, *, booking_id: str, fingerprint: str, caller: Caller, policy: Policy = CURRENT
) -> Booking:
    """Return a new pending booking under `policy`.

    Raises `InvalidTime`, `LeadTimeTooShort`, `TooFarAhead` and `InvalidInput`.
    """
    slot = slot_at(wishes.date, wishes.time, policy)
    check_bookable(slot, caller.at, policy)
    price = price_of(wishes.party, wishes.menu, None, policy)
    return Booking(
        id=booking_id,
        version=1,
        status=Status.PENDING,
        customer_id=caller.id,
        slot=slot,
        party=wishes.party,
        menu=wishes.menu,
        venue=wishes.venue,
        contact=wishes.contact,
        special_requests=wishes.special_requests,
        travel_miles=None,
        price=price,
        due_to_confirm=due_to_confirm(price, caller.at, slot.starts_at, policy),
        policy_version=policy.version,
        balance=Balance(),
        payment_due_at=_payment_due_at(caller.signed_at, slot, policy),
        created_at=caller.signed_at,
        updated_at=caller.signed_at,
        fingerprint=fingerprint,
    )


def check_visible(booking: Booking, caller: Caller) -> None:
    """Raise `BookingNotFound` when the booking is another customer's (`domain.md §8`)."""
    if not caller.is_admin and booking.customer_id != caller.id:
        raise booking_not_found()


def booking_not_found() -> BookingNotFound:
    """Return the one answer to an id that does not exist, or not for this caller."""
    return BookingNotFound("There is no booking with that id among those you may see.")


def change(booking: Booking, changes: Changes, caller: Caller) -> Booking:
    """Return `booking` with `changes` made, or itself when they change nothing (`domain.md §5`).

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
        status=_stepped(booking, changes.status, caller.at),
    )
    if changed == booking:
        return booking
    return replace(
        _repriced(changed, booking, caller.at),
        version=booking.version + 1,
        updated_at=caller.signed_at,
    )


def cancellation_terms(
    booking: Booking, now: dt.datetime, percentage: int | None = None
) -> RefundTerms:
    """Return what cancelling at `now` refunds; an admin's `percentage` overrides the window.

    Raises `AlreadyCancelled`, `AlreadyCompleted` and `TooLateToCancel` (`domain.md §6`).
    """
    if booking.status is Status.CANCELLED:
        raise AlreadyCancelled("The booking was cancelled before.")
    if not booking.is_live:
        raise AlreadyCompleted("The date of the booking has passed.")
    if percentage is not None:
        return overridden_terms(booking.balance, percentage, now)
    return refund_terms(booking.balance, booking.slot.starts_at, now, booking.policy)


def cancel(
    booking: Booking, request: CancellationRequest, caller: Caller
) -> tuple[Booking, LedgerEntry | None]:
    """Return the cancelled booking and the refund it owes, if any (`domain.md §6`).

    Raises `Forbidden` when somebody other than an admin sets the percentage, `InvalidInput` when
    an admin gives no reason for it, and what `cancellation_terms` raises.
    """
    _check_override(request, caller)
    terms = cancellation_terms(booking, caller.at, request.percentage)
    version = booking.version + 1
    owed = (
        LedgerEntry(
            f"cancellation-{version}", EntryKind.REFUND_OWED, terms.amount, caller.signed_at
        )
        if terms.amount
        else None
    )
    cancelled = replace(
        booking,
        version=version,
        status=Status.CANCELLED,
        balance=enter(booking.balance, owed) if owed else booking.balance,
        cancellation=Cancellation(
            by=caller.role,
            at=caller.signed_at,
            refund_amount=terms.amount,
            refund_percentage=terms.percentage,
            reason=request.reason,
        ),
        updated_at=caller.signed_at,
    )
    return cancelled, owed


def _check_override(request: CancellationRequest, caller: Caller) -> None:
    if request.percentage is None:
        return
    if not caller.is_admin:
        raise Forbidden("Only staff set the refund of a cancellation.")
    if request.reason is None:
        raise InvalidInput([Violation("body", "/reason", "Setting the refund needs a reason.")])


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
    if (booking.status, status) not in SET_BY_ADMIN:
        raise InvalidTransition(f"A {booking.status} booking can not become {status}.")
    if now < booking.slot.starts_at:
        raise InvalidTransition(f"A booking becomes {status} only after its start.")
    return status


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
        payment_due_at=_payment_due_at(before.created_at, changed.slot, policy),
    )


def _check_notice(booking: Booking, now: dt.datetime, *, moving: bool) -> None:
    policy = booking.policy
    needed, what = (
        (policy.move_notice, "The date and time") if moving else (policy.edit_notice, "The party")
    )
    if booking.slot.starts_at - now < needed:
        hours = int(needed.total_seconds()) // 3600
        raise TooCloseToEvent(f"{what} can be changed until {hours} hours before the start.")


def _payment_due_at(made_at: dt.datetime, slot: Slot, policy: Policy) -> dt.datetime:
    return min(made_at + policy.payment_window, slot.starts_at - policy.payment_before_start)


def _either[T](new: T | None, old: T) -> T:
    return old if new is None else new

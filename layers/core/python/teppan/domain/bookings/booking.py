"""A booking as it is (`domain.md §4`); `change` and `cancellation` take it further."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.pricing import Price, chargeable, due_to_confirm, price_of
from teppan.domain.bookings.slot import Slot, check_bookable, slot_at
from teppan.domain.bookings.transition import HOLDS_SLOT, LIVE, Status
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import Forbidden
from teppan.domain.ledger import Balance, LedgerEntry
from teppan.domain.money import Cents
from teppan.domain.payment_status import PaymentStatus, Position
from teppan.domain.payment_status import payment_status as derived_payment_status
from teppan.domain.policy import CURRENT, POLICIES, Policy

PAYMENT_OVERDUE = "payment_overdue"
"""Why the system cancels a booking (`domain.md §4`)."""


_SEPARATORS: Final = re.compile(r"[\W_]+")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[\W_]+(?=\d)")


@dataclass(frozen=True, slots=True)
class Venue:
    """Where the chef cooks."""

    address_line1: str
    city: str
    state: str
    postal_code: str
    address_line2: str | None = None

    def is_same_place(self, other: "Venue") -> bool:
        """Return whether both spell one address (`domain.md §3`).

        Case, spaces, punctuation and compatibility characters do not count, nor on which of the two
        lines a part of the address is.
        """
        return self.place == other.place

    @property
    def place(self) -> tuple[str, ...]:
        """The address in a form that all its spellings have in common; only for comparisons."""
        street = f"{self.address_line1} {self.address_line2 or ''}"
        return tuple(_letters(part) for part in (street, self.city, self.state, self.postal_code))


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to reach; personal data."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """What a customer asks for when booking; staff name the customer that they book for."""

    date: dt.date
    time: dt.time
    party: Party
    menu: Menu
    venue: Venue
    contact: Contact
    special_requests: str
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Who ended a booking, why, and what was refunded of the `payments` known by then."""

    by: Role
    at: dt.datetime
    refund_amount: Cents
    refund_percentage: int
    reason: str | None = None
    payments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking as stored. `version` grows by one a change; instants are UTC, amounts US cents.

    `due_to_confirm` is the captured amount that confirms it; `payments` holds the balance of each
    payment intent that took money; `fingerprint` is the hash of the request that made it.
    `travel_miles` is the distance that staff set last, None before the first time;
    `travel_confirmed` is false while it is the distance to another address. `refund_limit` is the
    highest percentage that a cancellation refunds after the moves so far.
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
    payments: Mapping[str, Balance]
    payment_due_at: dt.datetime
    created_at: dt.datetime
    updated_at: dt.datetime
    fingerprint: str
    travel_confirmed: bool = False
    refund_limit: int = 100
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
        return self.status in HOLDS_SLOT

    @property
    def has_expired(self) -> bool:
        """Whether it was cancelled because nobody paid in time."""
        record = self.cancellation
        return record is not None and record.by is Role.SYSTEM and record.reason == PAYMENT_OVERDUE

    @property
    def balance(self) -> Balance:
        """The sums of all its payments."""
        return sum(self.payments.values(), Balance())

    @property
    def payment_status(self) -> PaymentStatus:
        """How the payment stands, by the ledger."""
        return derived_payment_status(
            Position(
                balance=self.balance,
                deposit_due=self.deposit_due,
                balance_due=self.balance_due,
                unpaid=chargeable(self._unpaid, self.policy),
            )
        )

    @property
    def balance_due_at(self) -> dt.datetime:
        """When the whole total must be paid; at once for a booking made later than that."""
        due = self.slot.starts_at - self.policy.balance_before_start
        return self.payment_due_at if self.created_at > due else due

    @property
    def completes_at(self) -> dt.datetime:
        """When the system takes a confirmed party to have taken place."""
        return self.slot.starts_at + self.policy.completed_after_start

    @property
    def is_covered(self) -> bool:
        """Whether what confirms the booking is paid, but for what no card takes."""
        return not chargeable(self.due_to_confirm - self.balance.credited, self.policy)

    @property
    def deposit_due(self) -> Cents:
        """What must still be paid to confirm the booking."""
        if self.status is not Status.PENDING or self.is_covered:
            return 0
        return self.due_to_confirm - self.balance.credited

    @property
    def balance_due(self) -> Cents:
        """What must still be paid beyond that; a cancelled booking owes nothing more."""
        if self.status is Status.CANCELLED:
            return 0
        return chargeable(self._unpaid - self.deposit_due, self.policy)

    @property
    def _unpaid(self) -> Cents:
        return max(0, self.price.total - self.balance.credited)


@dataclass(frozen=True, slots=True)
class Step:
    """A booking after a step, and the ledger entries that the step makes."""

    after: Booking
    entries: tuple[LedgerEntry, ...] = ()


def book(
    booking_request: BookingRequest,
    *,
    booking_id: str,
    fingerprint: str,
    caller: Caller,
    policy: Policy = CURRENT,
) -> Booking:
    """Return a new pending booking under `policy`: the caller's, or of the customer staff name.

    Raises `Forbidden`, `InvalidTime`, `LeadTimeTooShort`, `TooFarAhead` and `InvalidInput`.
    """
    if booking_request.customer_id is not None and not caller.is_admin:
        raise Forbidden("Only staff book for a customer; leave customer_id out.")
    slot = slot_at(booking_request.date, booking_request.time, policy)
    check_bookable(slot, caller.at, policy)
    price = price_of(booking_request.party, booking_request.menu, None, policy)
    return Booking(
        id=booking_id,
        version=1,
        status=Status.PENDING,
        customer_id=booking_request.customer_id or caller.id,
        slot=slot,
        party=booking_request.party,
        menu=booking_request.menu,
        venue=booking_request.venue,
        contact=booking_request.contact,
        special_requests=booking_request.special_requests,
        travel_miles=None,
        price=price,
        due_to_confirm=due_to_confirm(price, caller.at, slot.starts_at, policy),
        policy_version=policy.version,
        payments={},
        payment_due_at=payment_due_at(caller.signed_at, slot, policy),
        created_at=caller.signed_at,
        updated_at=caller.signed_at,
        fingerprint=fingerprint,
    )


def check_visible(booking: Booking, caller: Caller) -> None:
    """Raise `BookingNotFound` when the booking is another customer's (`domain.md §8`)."""
    if not caller.sees_every_booking and booking.customer_id != caller.id:
        raise booking_not_found()


def booking_not_found() -> BookingNotFound:
    """Return the one answer to an id that does not exist, or not for this caller."""
    return BookingNotFound("There is no booking with that id among those you may see.")


def payment_due_at(made_at: dt.datetime, slot: Slot, policy: Policy) -> dt.datetime:
    """Return until when a booking made at `made_at` keeps its slot unpaid (`domain.md §4`)."""
    return min(made_at + policy.payment_window, slot.starts_at - policy.payment_before_start)


def _letters(text: str) -> str:
    """Return the letters and digits of a text, in one case; numbers stay apart from each other."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_SEPARATORS.sub("", part) for part in _BETWEEN_DIGITS.split(folded))

"""A booking, its amounts and deadlines, and how a new one is made (`domain.md §4`)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from teppan.domain.bookings.booking_request import BookingRequest, Contact
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.pricing import Price, chargeable, due_to_confirm, price_of
from teppan.domain.bookings.slot import Slot, check_bookable, payment_due_at, slot_at
from teppan.domain.bookings.transition import HOLDS_SLOT, LIVE, Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import Forbidden
from teppan.domain.ledger import LedgerEntry
from teppan.domain.ledger_balance import Balance
from teppan.domain.money import Cents
from teppan.domain.payment_status import PaymentPosition, PaymentStatus
from teppan.domain.payment_status import payment_status as derived_payment_status
from teppan.domain.policy import CURRENT, POLICIES, Policy

PAYMENT_OVERDUE = "payment_overdue"
"""The reason of a cancellation by the system (`domain.md §4`)."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The record of a cancellation: who, when, why, and the refund of the `payments` known then."""

    by: Role
    at: dt.datetime
    refund_amount: Cents
    refund_percentage: int
    reason: str | None = None
    payments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking as stored. Each change adds 1 to `version`. Instants are UTC, amounts US cents.

    - `due_to_confirm`: the amount that confirms the booking once it is credited
    - `payments`: the balance of each payment intent that captured money
    - `fingerprint`: the hash of the request that made the booking
    - `travel_miles`: the distance that staff set last, or None
    - `travel_confirmed`: false while the distance is not known for the present address
    - `refund_limit`: the highest percentage that a cancellation refunds after the moves so far
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
        """Whether the booking is pending or confirmed, so that it may change."""
        return self.status in LIVE

    @property
    def holds_slot(self) -> bool:
        """Whether the booking counts towards the capacity of its slot: all but cancelled ones."""
        return self.status in HOLDS_SLOT

    @property
    def has_expired(self) -> bool:
        """Whether the system cancelled the booking as overdue."""
        record = self.cancellation
        return record is not None and record.by is Role.SYSTEM and record.reason == PAYMENT_OVERDUE

    @property
    def balance(self) -> Balance:
        """The sums of all its payments."""
        return sum(self.payments.values(), Balance())

    @property
    def payment_status(self) -> PaymentStatus:
        """The payment status, derived from the ledger's balance and what is due."""
        return derived_payment_status(
            PaymentPosition(
                balance=self.balance,
                deposit_due=self.deposit_due,
                balance_due=self.balance_due,
                unpaid=chargeable(self._unpaid, self.policy),
            )
        )

    @property
    def balance_due_at(self) -> dt.datetime:
        """The deadline for the total; a booking made after it owes the total at once."""
        due = self.slot.starts_at - self.policy.balance_before_start
        return self.payment_due_at if self.created_at > due else due

    @property
    def completes_at(self) -> dt.datetime:
        """When the system sets a confirmed booking to completed."""
        return self.slot.starts_at + self.policy.completed_after_start

    @property
    def is_covered(self) -> bool:
        """Whether `due_to_confirm` is credited, except a remainder too small to charge."""
        return not chargeable(self.due_to_confirm - self.balance.credited, self.policy)

    @property
    def deposit_due(self) -> Cents:
        """The amount that must still be paid to confirm the booking."""
        if self.status is not Status.PENDING or self.is_covered:
            return 0
        return self.due_to_confirm - self.balance.credited

    @property
    def balance_due(self) -> Cents:
        """The amount that must still be paid beyond the deposit; 0 for a cancelled booking."""
        if self.status is Status.CANCELLED:
            return 0
        return chargeable(self._unpaid - self.deposit_due, self.policy)

    @property
    def _unpaid(self) -> Cents:
        return max(0, self.price.total - self.balance.credited)


@dataclass(frozen=True, slots=True)
class Step:
    """The result of a change: the booking after it, and the ledger entries that it adds."""

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
    """Return a new pending booking under `policy`, for the caller or the customer named by staff.

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
        due_to_confirm=due_to_confirm(price, caller.recorded_at, slot.starts_at, policy),
        policy_version=policy.version,
        payments={},
        payment_due_at=payment_due_at(caller.recorded_at, slot, policy),
        created_at=caller.recorded_at,
        updated_at=caller.recorded_at,
        fingerprint=fingerprint,
    )

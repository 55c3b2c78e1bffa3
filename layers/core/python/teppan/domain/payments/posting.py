"""What money does to a booking (`domain.md §4, §6, §7`): confirm, bring back, keep, give back.

Money is never kept without a live booking or a policy that says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from types import MappingProxyType
from typing import Final

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.cancellation import expire
from teppan.domain.bookings.rebalance import rebalance, refund_entries, with_entries
from teppan.domain.bookings.transition import Cause, Status, next_status
from teppan.domain.caller import Caller
from teppan.domain.ledger import Balance, EntryKind, LedgerEntry, RefundReason
from teppan.domain.money import half_up
from teppan.domain.payments.refund import restorations, waivers
from teppan.domain.payments.snapshot import PaymentSnapshot, missing_entries
from teppan.domain.refund_obligation import obligated_for, refundable


class PaymentTiming(StrEnum):
    """How a booking stands when money comes for it."""

    WHILE_PENDING = "while_pending"
    """Pending: the money is what it waits for."""
    AFTER_START = "after_start"
    """Still pending at its start: nothing can come of it any more."""
    WHILE_CONFIRMED = "while_confirmed"
    AFTER_COMPLETION = "after_completion"
    """The party took place, or nobody was there."""
    AFTER_EXPIRY = "after_expiry"
    """Cancelled because the deadline passed, and the start is still ahead."""
    AFTER_CANCELLATION = "after_cancellation"
    """Cancelled by somebody, or too long ago to come back."""


class PaymentEffect(StrEnum):
    """What follows from it."""

    CONFIRM = "confirm"
    KEEP = "keep"
    EXPIRE = "expire"
    REINSTATE = "reinstate"
    REFUND = "refund"


PAYMENT_EFFECTS: Final[Mapping[tuple[PaymentTiming, bool], PaymentEffect]] = MappingProxyType(
    {
        # whether what is due to confirm is covered now
        (PaymentTiming.WHILE_PENDING, True): PaymentEffect.CONFIRM,
        (PaymentTiming.WHILE_PENDING, False): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_START, True): PaymentEffect.EXPIRE,
        (PaymentTiming.AFTER_START, False): PaymentEffect.EXPIRE,
        (PaymentTiming.WHILE_CONFIRMED, True): PaymentEffect.KEEP,
        (PaymentTiming.WHILE_CONFIRMED, False): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_COMPLETION, True): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_COMPLETION, False): PaymentEffect.KEEP,
        (PaymentTiming.AFTER_EXPIRY, True): PaymentEffect.REINSTATE,
        (PaymentTiming.AFTER_EXPIRY, False): PaymentEffect.REFUND,
        (PaymentTiming.AFTER_CANCELLATION, True): PaymentEffect.REFUND,
        (PaymentTiming.AFTER_CANCELLATION, False): PaymentEffect.REFUND,
    }
)
"""What a captured payment does."""

IF_SLOT_TAKEN: Final[Mapping[PaymentEffect, PaymentEffect]] = MappingProxyType(
    {PaymentEffect.REINSTATE: PaymentEffect.REFUND}
)
"""What happens instead when others have the slot by then."""

CAUSES: Final[Mapping[PaymentEffect, Cause]] = MappingProxyType(
    {
        PaymentEffect.CONFIRM: Cause.PAID,
        PaymentEffect.REINSTATE: Cause.PAID_LATE,
        PaymentEffect.EXPIRE: Cause.OVERDUE,
    }
)
"""The outcomes that move the booking on."""

_TIMINGS: Final[Mapping[Status, PaymentTiming]] = MappingProxyType(
    {
        Status.PENDING: PaymentTiming.WHILE_PENDING,
        Status.CONFIRMED: PaymentTiming.WHILE_CONFIRMED,
        Status.COMPLETED: PaymentTiming.AFTER_COMPLETION,
        Status.NO_SHOW: PaymentTiming.AFTER_COMPLETION,
        Status.CANCELLED: PaymentTiming.AFTER_CANCELLATION,
    }
)


_CORRECTIONS: Final = MappingProxyType({"waiver": waivers, "restored": restorations})
"""What follows for earlier promises, by the name that its entries bear."""


def payment_timing(booking: Booking, now: datetime) -> PaymentTiming:
    """Return how the booking stands at `now`."""
    ahead = now < booking.slot.starts_at
    if booking.has_expired and ahead:
        return PaymentTiming.AFTER_EXPIRY
    if booking.status is Status.PENDING and not ahead:
        return PaymentTiming.AFTER_START
    return _TIMINGS[booking.status]


def payment_effect(booking: Booking, now: datetime, *, slot_taken: bool = False) -> PaymentEffect:
    """Return what a payment does that is in the booking's balance already."""
    decided = PAYMENT_EFFECTS[payment_timing(booking, now), booking.is_covered]
    return IF_SLOT_TAKEN.get(decided, decided) if slot_taken else decided


def post_payment(
    booking: Booking,
    ledger: Iterable[LedgerEntry],
    snapshot: PaymentSnapshot,
    caller: Caller,
    *,
    max_entries: int,
    slot_taken: bool = False,
) -> Step:
    """Return the booking with what `snapshot` adds to its ledger; itself when it adds nothing.

    `ledger` is the booking's, at least as new as the booking. `slot_taken` is true when others have
    its slot. A step with `max_entries` or more entries may be partial: call again after it.
    """
    known = list(ledger)
    new_entries = missing_entries(snapshot, known, caller.signed_at, max_entries)
    after = with_entries(booking, new_entries)
    is_new = any(entry.kind is EntryKind.CAPTURED for entry in new_entries)
    # Claim the slot again only if this payment is new.
    decided = payment_effect(after, caller.at, slot_taken=slot_taken or not is_new)
    if decided is PaymentEffect.EXPIRE:
        lapsed = expire(after, caller)
        ended = replace(lapsed.after, version=booking.version)
        return rebalance(booking, ended, (*new_entries, *lapsed.entries), caller)
    after = _moved(after, decided)
    made: list[LedgerEntry] = []
    for name, corrections in _CORRECTIONS.items():
        entries = corrections(
            snapshot.payment,
            after.payments.get(snapshot.payment, Balance()),
            [*known, *new_entries, *made],
            reference=f"{name}-{booking.version + 1}",
            at=caller.signed_at,
        )
        corrected = tuple(islice(entries, max_entries))
        after = with_entries(after, corrected)
        made += corrected
    if decided is PaymentEffect.REFUND:
        given = _refunds_of_cancelled(after, [*known, *new_entries, *made], caller)
        after = with_entries(after, given)
        made += given
    return rebalance(booking, after, (*new_entries, *made), caller)


def _moved(booking: Booking, decided: PaymentEffect) -> Booking:
    if decided not in CAUSES:
        return booking
    return replace(booking, status=next_status(booking.status, CAUSES[decided]), cancellation=None)


def _refunds_of_cancelled(
    booking: Booking, ledger: list[LedgerEntry], caller: Caller
) -> tuple[LedgerEntry, ...]:
    """Promise what a cancelled booking must still give back.

    The payments known at the cancellation are under its terms, also when a dispute sets one free;
    what came after goes back whole.
    """
    record = booking.cancellation
    if record is None:
        return ()
    in_time = {name: each for name, each in booking.payments.items() if name in record.payments}
    late = {name: each for name, each in booking.payments.items() if name not in in_time}
    why = RefundReason.OVERDUE if booking.has_expired else RefundReason.CANCELLATION
    promised = obligated_for(why, ledger)
    base = sum(in_time.values(), Balance()).refundable + promised
    owed = half_up(base, record.refund_percentage, 100) - promised
    return (
        *refund_entries(in_time, max(0, owed), why, booking, caller),
        *refund_entries(late, refundable(late), RefundReason.LATE_PAYMENT, booking, caller),
    )

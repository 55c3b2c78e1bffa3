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

from teppan.domain.bookings.booking import FULL, Booking, Step
from teppan.domain.bookings.cancellation import lapse
from teppan.domain.bookings.rebalance import refund_entries, settled, with_entries
from teppan.domain.bookings.transition import Cause, Status, next_status
from teppan.domain.caller import Caller
from teppan.domain.ledger import Balance, EntryKind, LedgerEntry, RefundReason
from teppan.domain.money import half_up
from teppan.domain.payments.refund import restorations, waivers
from teppan.domain.payments.statement import Statement, missing_entries
from teppan.domain.refund_obligation import promised_for, refundable


class Standing(StrEnum):
    """How a booking stands when money comes for it."""

    AWAITED = "awaited"
    """Pending: the money is what it waits for."""
    MISSED = "missed"
    """Still pending at its start: nothing can come of it any more."""
    AGREED = "agreed"
    OVER = "over"
    """The party took place, or nobody was there."""
    LAPSED = "lapsed"
    """Cancelled because the deadline passed, and the start is still ahead."""
    ENDED = "ended"
    """Cancelled by somebody, or too long ago to come back."""


class Outcome(StrEnum):
    """What follows from it."""

    CONFIRM = "confirm"
    KEEP = "keep"
    LAPSE = "lapse"
    REVIVE = "revive"
    RETURN = "return"


OUTCOMES: Final[Mapping[tuple[Standing, bool], Outcome]] = MappingProxyType(
    {
        # whether what is due to confirm is covered now
        (Standing.AWAITED, True): Outcome.CONFIRM,
        (Standing.AWAITED, False): Outcome.KEEP,
        (Standing.MISSED, True): Outcome.LAPSE,
        (Standing.MISSED, False): Outcome.LAPSE,
        (Standing.AGREED, True): Outcome.KEEP,
        (Standing.AGREED, False): Outcome.KEEP,
        (Standing.OVER, True): Outcome.KEEP,
        (Standing.OVER, False): Outcome.KEEP,
        (Standing.LAPSED, True): Outcome.REVIVE,
        (Standing.LAPSED, False): Outcome.RETURN,
        (Standing.ENDED, True): Outcome.RETURN,
        (Standing.ENDED, False): Outcome.RETURN,
    }
)
"""What a captured payment does."""

IF_SLOT_TAKEN: Final[Mapping[Outcome, Outcome]] = MappingProxyType({Outcome.REVIVE: Outcome.RETURN})
"""What happens instead when others have the slot by then."""

CAUSES: Final[Mapping[Outcome, Cause]] = MappingProxyType(
    {
        Outcome.CONFIRM: Cause.PAID,
        Outcome.REVIVE: Cause.PAID_LATE,
        Outcome.LAPSE: Cause.OVERDUE,
    }
)
"""The outcomes that move the booking on."""

_STANDINGS: Final[Mapping[Status, Standing]] = MappingProxyType(
    {
        Status.PENDING: Standing.AWAITED,
        Status.CONFIRMED: Standing.AGREED,
        Status.COMPLETED: Standing.OVER,
        Status.NO_SHOW: Standing.OVER,
        Status.CANCELLED: Standing.ENDED,
    }
)


_CORRECTIONS: Final = MappingProxyType({"waiver": waivers, "restored": restorations})
"""What follows for earlier promises, by the name that its entries bear."""


def standing(booking: Booking, now: datetime) -> Standing:
    """Return how the booking stands at `now`."""
    ahead = now < booking.slot.starts_at
    if booking.has_lapsed and ahead:
        return Standing.LAPSED
    if booking.status is Status.PENDING and not ahead:
        return Standing.MISSED
    return _STANDINGS[booking.status]


def outcome(booking: Booking, now: datetime, *, slot_taken: bool = False) -> Outcome:
    """Return what a payment does that is in the booking's balance already."""
    decided = OUTCOMES[standing(booking, now), booking.is_covered]
    return IF_SLOT_TAKEN.get(decided, decided) if slot_taken else decided


def settle(
    booking: Booking,
    ledger: Iterable[LedgerEntry],
    statement: Statement,
    caller: Caller,
    *,
    slot_taken: bool = False,
) -> Step:
    """Return the booking after all that `statement` tells; itself when that is nothing new.

    `ledger` is the booking's, at least as new as the booking. `slot_taken`: others have its slot.
    """
    known = list(ledger)
    told = missing_entries(statement, known, caller.signed_at, FULL)
    after = with_entries(booking, told)
    new = any(entry.kind is EntryKind.CAPTURED for entry in told)
    # Claim the slot again only if this payment is new.
    decided = outcome(after, caller.at, slot_taken=slot_taken or not new)
    if decided is Outcome.LAPSE:
        lapsed = lapse(after, caller)
        ended = replace(lapsed.after, version=booking.version)
        return settled(booking, ended, (*told, *lapsed.entries), caller)
    after = _moved(after, decided)
    made: list[LedgerEntry] = []
    for name, corrections in _CORRECTIONS.items():
        entries = corrections(
            statement.payment,
            after.payments.get(statement.payment, Balance()),
            [*known, *told, *made],
            reference=f"{name}-{booking.version + 1}",
            at=caller.signed_at,
        )
        corrected = tuple(islice(entries, FULL))
        after = with_entries(after, corrected)
        made += corrected
    if decided is Outcome.RETURN:
        given = _given_back(after, [*known, *told, *made], caller)
        after = with_entries(after, given)
        made += given
    return settled(booking, after, (*told, *made), caller)


def _moved(booking: Booking, decided: Outcome) -> Booking:
    if decided not in CAUSES:
        return booking
    return replace(booking, status=next_status(booking.status, CAUSES[decided]), cancellation=None)


def _given_back(
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
    why = RefundReason.OVERDUE if booking.has_lapsed else RefundReason.CANCELLATION
    promised = promised_for(why, ledger)
    base = sum(in_time.values(), Balance()).refundable + promised
    owed = half_up(base, record.refund_percentage, 100) - promised
    return (
        *refund_entries(in_time, max(0, owed), why, booking, caller),
        *refund_entries(late, refundable(late), RefundReason.LATE_PAYMENT, booking, caller),
    )

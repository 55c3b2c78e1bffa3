"""Slots: a date and start time at the venue, and whether it is bookable (`domain.md §1-2`)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from teppan.domain.bookings.errors import InvalidTime, LeadTimeTooShort, TooFarAhead
from teppan.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Slot:
    """A local date and time at the venue, and its instant (UTC)."""

    date: date
    time: time
    timezone: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Occupancy:
    """The capacity of a slot and the number of bookings that hold it."""

    capacity: int
    booked: int

    @property
    def remaining(self) -> int:
        """The number of bookings that still fit into the slot."""
        return max(0, self.capacity - self.booked)


class UnavailabilityReason(StrEnum):
    """Why a slot is not available."""

    LEAD_TIME = "lead_time"
    TOO_FAR_AHEAD = "too_far_ahead"
    CLOSED = "closed"
    FULL = "full"


def start_time(text: str) -> time:
    """Parse a time of day, `HH:MM`; raises `InvalidTime` for any other text."""
    try:
        start = time.fromisoformat(text)
    except ValueError:
        start = None
    # `fromisoformat` also accepts `18:00:00`, `1800` and `T18:00`.
    if start is None or f"{start:%H:%M}" != text:
        raise InvalidTime("A start time is hours and minutes, such as 18:00.")
    return start


def slot_at(day: date, start: time, policy: Policy) -> Slot:
    """Return the slot at a local date and time; if the time occurs twice, the first occurrence.

    Raises `InvalidTime` for a time that is not a start time of `policy`, or that the clocks skip on
    that day, and `TooFarAhead` for a date at the end of the calendar.
    """
    if start not in policy.start_times:
        offered = ", ".join(f"{each:%H:%M}" for each in policy.start_times)
        raise InvalidTime(f"A party starts at one of {offered}.")
    local = datetime.combine(day, start)
    try:
        instant = local.replace(tzinfo=policy.zone, fold=0).astimezone(UTC)
    except OverflowError as error:
        raise TooFarAhead("That date is beyond the calendar.") from error
    if instant.astimezone(policy.zone).replace(tzinfo=None) != local:
        raise InvalidTime("The clocks skip that time on that day.")
    return Slot(day, start, policy.timezone, instant)


def outside_window(slot: Slot, now: datetime, policy: Policy) -> UnavailabilityReason | None:
    """Return why `slot` is outside the booking window at `now`, or None if it is inside."""
    notice = slot.starts_at - now
    if notice < policy.lead_time:
        return UnavailabilityReason.LEAD_TIME
    return UnavailabilityReason.TOO_FAR_AHEAD if notice > policy.horizon else None


def unavailability_reason(
    slot: Slot, occupancy: Occupancy, now: datetime, policy: Policy
) -> UnavailabilityReason | None:
    """Return why `slot` takes no further booking at `now`, or None if it does."""
    if reason := outside_window(slot, now, policy):
        return reason
    if occupancy.capacity == 0:
        return UnavailabilityReason.CLOSED
    return None if occupancy.remaining else UnavailabilityReason.FULL


def check_bookable(slot: Slot, now: datetime, policy: Policy) -> None:
    """Raise `LeadTimeTooShort` or `TooFarAhead` if `slot` is outside the booking window."""
    match outside_window(slot, now, policy):
        case UnavailabilityReason.LEAD_TIME:
            hours = policy.lead_time // timedelta(hours=1)
            raise LeadTimeTooShort(f"A party must be booked at least {hours} hours ahead.")
        case UnavailabilityReason.TOO_FAR_AHEAD:
            raise TooFarAhead(f"A party can be booked at most {policy.horizon.days} days ahead.")
        case _:
            return


def slots_between(first: date, last: date, policy: Policy) -> list[Slot]:
    """Return every slot from `first` to `last`, both inclusive, in order of start."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [slot_at(day, start, policy) for day in days for start in policy.start_times]


def payment_due_at(made_at: datetime, slot: Slot, policy: Policy) -> datetime:
    """Return the instant until which an unpaid booking keeps its slot (`domain.md §4`)."""
    return min(made_at + policy.payment_window, slot.starts_at - policy.payment_before_start)

"""Moves to another date or time, and the refund limit that they set (`domain.md §5, §6`)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.builders import (
    NOW,
    PARTY_DATE,
    admin,
    before,
    booking,
    caller,
    confirmed,
    days_ahead,
    slot,
)
from tests.unit.domain.bookings.change.changing import SECOND, change

from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.errors import (
    InvalidTime,
    LeadTimeTooShort,
    TooCloseToEvent,
    TooFarAhead,
)
from teppan.domain.bookings.party import Party
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError

START_SLOT = slot()
START = START_SLOT.starts_at


class TestMoving:
    def test_a_booking_moves_to_another_time_of_the_day(self) -> None:
        new = change(booking(), Changes(time=time(12)), caller())

        assert (new.slot.date, new.slot.time) == (PARTY_DATE, time(12))
        assert new.slot.starts_at == datetime(2026, 12, 24, 20, tzinfo=UTC)

    def test_a_booking_moves_to_another_day_at_the_same_time(self) -> None:
        new = change(booking(), Changes(date=date(2027, 3, 14)), caller())

        assert (new.slot.time, new.slot.starts_at) == (
            time(18),
            datetime(2027, 3, 15, 1, tzinfo=UTC),
        )

    def test_a_move_needs_72_hours_to_the_current_start(self) -> None:
        old, later = confirmed(), Changes(date=date(2027, 2, 1))

        assert change(old, later, caller(at=before(old, hours=72))).version == 2
        with pytest.raises(TooCloseToEvent, match="72 hours"):
            change(old, later, caller(at=before(old, hours=72) + SECOND))

    def test_a_move_by_staff_needs_the_same_notice(self) -> None:
        old = confirmed()

        with pytest.raises(TooCloseToEvent):
            change(old, Changes(date=date(2027, 2, 1)), admin(before(old, hours=71)))

    def test_the_present_date_and_time_is_no_move(self) -> None:
        old = confirmed()
        same = Changes(date=PARTY_DATE, time=time(18), special_requests="Peanut allergy")

        assert change(old, same, caller(at=before(old, hours=1))).version == 2

    @pytest.mark.parametrize(
        ("target", "refusal"),
        [
            (Changes(time=time(19)), InvalidTime),
            (Changes(date=days_ahead(1)), LeadTimeTooShort),
            (Changes(date=days_ahead(367)), TooFarAhead),
        ],
    )
    def test_a_move_obeys_the_rules_of_slots(
        self, target: Changes, refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            change(booking(), target, caller())

    def test_a_move_to_within_seven_days_of_the_creation_makes_the_total_due_at_once(self) -> None:
        old = booking()

        new = change(old, Changes(date=days_ahead(5)), caller())

        assert new.due_to_confirm == new.price.total
        assert new.payment_due_at == old.payment_due_at

    def test_a_later_change_keeps_the_deposit_and_the_payment_deadline(self) -> None:
        # Given a booking made with more than seven days to go, and changed once with less
        made = booking(caller=caller(at=before(booking(), days=7, hours=1)))
        once = change(
            made, Changes(special_requests="Candles"), caller(at=before(made, days=6, hours=23))
        )

        # When it is changed again
        twice = change(once, Changes(party=Party(14)), caller(at=before(made, days=6, hours=22)))

        # Then the deposit and the deadline still follow from its creation
        assert (twice.due_to_confirm, twice.payment_due_at) == (10_000, made.payment_due_at)

    def test_the_seven_days_of_a_move_are_measured_from_the_creation(self) -> None:
        later = caller(at=NOW + timedelta(days=20))

        new = change(booking(), Changes(date=days_ahead(24)), later)

        assert new.due_to_confirm == 10_000

    @pytest.mark.parametrize("who", [caller(), admin()])
    @pytest.mark.parametrize(
        ("notice", "limit"),
        [
            (timedelta(days=14) + SECOND, 97),
            (timedelta(days=14), 50),
            (timedelta(days=7), 50),
            (timedelta(days=7) - SECOND, 0),
            (timedelta(hours=72), 0),
        ],
    )
    def test_a_move_limits_the_refund_to_the_tier_of_the_old_start(
        self, who: Caller, notice: timedelta, limit: int
    ) -> None:
        """`domain.md §6`: a move to a year ahead must not turn 0 % into 97 %."""
        old = confirmed()

        new = change(old, Changes(date=date(2027, 6, 1)), replace(who, at=START - notice))

        assert new.refund_limit == limit

    def test_a_later_move_does_not_raise_the_refund_limit(self) -> None:
        late = change(
            confirmed(), Changes(date=date(2027, 6, 1)), caller(at=before(START_SLOT, days=5))
        )

        again = change(late, Changes(date=date(2027, 7, 1)), caller(at=before(START_SLOT, days=4)))

        assert (late.refund_limit, again.refund_limit) == (0, 0)

    def test_a_change_without_a_move_keeps_the_refund_limit(self) -> None:
        old = confirmed()

        new = change(old, Changes(date=PARTY_DATE, party=Party(14)), caller(at=before(old, days=5)))

        assert new.refund_limit == 100

    def test_a_move_keeps_the_price(self) -> None:
        old = booking()

        assert change(old, Changes(date=days_ahead(60)), caller()).price == old.price

"""A booking changed, moved and ended by hand, and every step refused (§5)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from tests.builders import (
    ADMIN,
    CUSTOMER,
    NOW,
    PARTY_DATE,
    admin,
    before,
    booking,
    booking_request,
    caller,
    confirmed,
    days_ahead,
    holding,
    in_status,
    slot,
    system,
)

from teppan.domain.bookings.booking import Booking, Contact, Step, Venue
from teppan.domain.bookings.change import Changes, complete
from teppan.domain.bookings.change import change as step_of
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.errors import (
    BookingNotChangeable,
    InvalidTime,
    InvalidTransition,
    LeadTimeTooShort,
    TooCloseToEvent,
    TooFarAhead,
    TooLateToReduce,
    VenueTooFar,
)
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError, Forbidden, InvalidInput
from teppan.domain.ledger import Balance, EntryKind, RefundReason
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.payments.attempt import amount_due

SECOND = timedelta(seconds=1)
MICRO = timedelta(microseconds=1)
START_SLOT = slot()
START = START_SLOT.starts_at
LIVE = [Status.PENDING, Status.CONFIRMED]
OVER = [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW]


NOTHING_BUT = {
    "special_requests": "Peanut allergy",
    "venue": Venue("1 Market St", "San Francisco", "CA", "94105"),
    "contact": Contact("Ken Sato", "ken@example.com", "+14155550100"),
    "menu": Menu(add_ons={"gyoza": 2}),
    "party": Party(adults=14),
}


def change(old: Booking, changes: Changes, who: Caller) -> Booking:
    """Return the booking after a change that moves no money; the last classes are of those."""
    step = step_of(old, changes, who)
    assert step.entries == ()
    return step.after


def unchanged_by_money(status: Status) -> Booking:
    """Return a live booking that its payments leave in its status."""
    return in_status(status, 4_000 if status is Status.PENDING else 10_000)


class TestChange:
    @pytest.mark.parametrize("status", LIVE)
    @pytest.mark.parametrize("field", NOTHING_BUT)
    def test_one_thing_changes_and_the_version_grows_by_one(
        self, status: Status, field: str
    ) -> None:
        old, later = unchanged_by_money(status), NOW + timedelta(hours=1)

        new = change(old, Changes(**{field: NOTHING_BUT[field]}), caller(at=later))  # type: ignore[arg-type]

        assert getattr(new, field) == NOTHING_BUT[field]
        assert (new.version, new.updated_at) == (old.version + 1, later)
        assert (new.id, new.status, new.customer_id) == (old.id, old.status, old.customer_id)
        assert (new.created_at, new.balance, new.slot) == (old.created_at, old.balance, old.slot)

    @pytest.mark.parametrize(
        "nothing",
        [
            Changes(),
            Changes(date=PARTY_DATE, time=time(18)),
            Changes(party=Party(adults=12), menu=Menu(), special_requests=""),
            Changes(venue=booking_request().venue, contact=booking_request().contact),
        ],
    )
    def test_what_changes_nothing_is_no_new_version(self, nothing: Changes) -> None:
        old = booking()

        assert change(old, nothing, caller()) is old

    def test_special_requests_can_be_taken_back(self) -> None:
        old = booking(special_requests="Peanut allergy")

        assert change(old, Changes(special_requests=""), caller()).special_requests == ""

    def test_a_menu_can_be_taken_back(self) -> None:
        old = booking(menu=Menu(add_ons={"gyoza": 1}))

        new = change(old, Changes(menu=Menu()), caller())

        assert new.menu == Menu()
        assert new.price == booking().price

    @pytest.mark.parametrize("status", OVER)
    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_what_is_over_never_changes_again(self, status: Status, who: Caller) -> None:
        with pytest.raises(BookingNotChangeable):
            change(in_status(status), Changes(special_requests="x"), who)

    @pytest.mark.parametrize("status", OVER)
    @pytest.mark.parametrize("step", [Status.COMPLETED, Status.NO_SHOW])
    def test_also_not_by_staff_setting_a_status(self, status: Status, step: Status) -> None:
        over = in_status(status)

        with pytest.raises(BookingNotChangeable):
            change(over, Changes(status=step), admin(over.slot.starts_at))


class TestRepricing:
    def test_more_guests_cost_more_and_are_due_with_the_balance(self) -> None:
        new = change(confirmed(), Changes(party=Party(adults=14)), caller())

        assert new.price.subtotal == 77_000
        assert (new.deposit_due, new.balance_due) == (0, 77_000 + 6_353 - 10_000)

    def test_fewer_guests_may_leave_more_paid_than_due_and_that_is_promised_back(self) -> None:
        step = step_of(confirmed(71_445), Changes(party=Party(adults=10)), caller())

        new = step.after
        assert new.price.total == 59_538
        assert (new.deposit_due, new.balance_due) == (0, 0)
        assert [(each.kind, each.amount, each.reason) for each in step.entries] == [
            (EntryKind.REFUND_OWED, 11_907, RefundReason.OVERPAYMENT)
        ]
        assert new.balance == Balance(captured=71_445, refund_owed=11_907, returned=11_907)
        assert new.payment_status is PaymentStatus.REFUND_PENDING

    def test_travel_is_priced_when_staff_know_the_distance(self) -> None:
        new = change(booking(), Changes(travel_miles=42), admin())

        assert new.travel_miles == 42
        assert new.price.total == booking().price.total + 2_400

    def test_the_menu_must_still_fit_fewer_guests(self) -> None:
        old = booking(menu=Menu(upgrades={"salmon": 12}))

        with pytest.raises(InvalidInput):
            change(old, Changes(party=Party(adults=11)), caller())

    def test_a_venue_too_far_is_refused(self) -> None:
        with pytest.raises(VenueTooFar):
            change(booking(), Changes(travel_miles=201), admin())

    def test_another_address_keeps_the_distance_set_last_until_staff_set_the_new_one(self) -> None:
        """§3: an unknown distance is never taken for 0 miles once it was known."""
        known = change(booking(), Changes(travel_miles=42), admin())
        assert (known.travel_miles, known.travel_confirmed) == (42, True)

        moved = change(known, Changes(venue=replace(known.venue, city="San Diego")), caller())

        assert (moved.travel_miles, moved.travel_confirmed) == (42, False)
        assert moved.price == known.price
        again = change(moved, Changes(travel_miles=42), admin())
        assert (again.travel_miles, again.travel_confirmed) == (42, True)

    def test_before_staff_have_set_it_for_the_first_time_travel_is_0(self) -> None:
        moved = change(booking(), Changes(venue=Venue("1", "A", "CA", "1")), caller())

        assert (moved.travel_miles, moved.travel_confirmed) == (None, False)
        assert moved.price.travel_fee == 0

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_one_letter_of_the_venue_gives_no_travel_fee_back_after_the_party(
        self, status: Status
    ) -> None:
        # Given a party far away that is paid in full, and its venue changed by one letter
        far = change(booking(), Changes(travel_miles=200), admin())
        paid = holding(replace(far, status=Status.CONFIRMED), Balance(captured=far.price.total))
        letter = replace(paid.venue, city=f"{paid.venue.city}x")
        moved = step_of(paid, Changes(venue=letter), caller())
        assert moved.entries == ()

        # When it is over
        over = step_of(moved.after, Changes(status=status), admin(before(paid, hours=-6)))

        # Then nothing goes back, and only a new distance says what was too much
        assert over.entries == ()
        assert (over.after.balance_due, over.after.price.travel_fee) == (0, 34_000)
        near = step_of(over.after, Changes(travel_miles=40), admin(before(paid, days=-3)))
        assert [(each.kind, each.amount) for each in near.entries] == [
            (EntryKind.REFUND_OWED, 32_000)
        ]

    def test_nor_when_the_system_completes_it(self) -> None:
        far = change(booking(), Changes(travel_miles=200), admin())
        paid = holding(replace(far, status=Status.CONFIRMED), Balance(captured=far.price.total))
        moved = change(paid, Changes(venue=replace(paid.venue, city="Ojai")), caller())

        assert complete(moved, system(moved.completes_at)).entries == ()

    def test_the_balance_is_asked_for_with_the_travel_fee_after_another_address(self) -> None:
        far = change(confirmed(), Changes(travel_miles=200), admin())

        moved = change(far, Changes(venue=replace(far.venue, city="Ojai")), caller())

        assert moved.balance_due == far.balance_due == 71_445 + 34_000 - 10_000

    def test_the_same_address_keeps_it_and_staff_may_send_both(self) -> None:
        known = change(booking(), Changes(travel_miles=42), admin())
        elsewhere = replace(known.venue, city="San Diego")

        assert change(known, Changes(venue=known.venue), caller()) is known
        both = change(known, Changes(venue=elsewhere, travel_miles=130), admin())
        assert (both.travel_miles, both.travel_confirmed) == (130, True)

    def test_another_spelling_of_the_address_keeps_the_distance_confirmed(self) -> None:
        known = change(booking(), Changes(travel_miles=42), admin())
        spelled = replace(known.venue, address_line1="2100 OCEAN FRONT-WALK.")

        after = change(known, Changes(venue=spelled), caller())

        assert (after.venue, after.travel_confirmed) == (spelled, True)

    def test_the_old_address_again_is_not_confirmed_by_that(self) -> None:
        known = change(booking(), Changes(travel_miles=42), admin())
        moved = change(known, Changes(venue=replace(known.venue, city="Ojai")), caller())

        back = change(moved, Changes(venue=known.venue), caller())

        assert (back.travel_miles, back.travel_confirmed) == (42, False)


class TestTravelAfterTheParty:
    """§3: staff may set the distance until 30 days after it, so that the fee can be asked for."""

    @pytest.mark.parametrize(
        "status", [Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW]
    )
    def test_staff_set_the_distance_until_30_days_after_the_start(self, status: Status) -> None:
        old = in_status(status, 4_000 if status is Status.PENDING else 71_445)
        last = old.slot.starts_at + timedelta(days=30)

        new = change(old, Changes(travel_miles=200), admin(last))

        assert (new.status, new.travel_miles, new.travel_confirmed) == (status, 200, True)
        assert new.deposit_due + new.balance_due == new.price.total - old.balance.credited
        with pytest.raises(BookingNotChangeable, match="until 30 days after the start"):
            change(old, Changes(travel_miles=200), admin(last + MICRO))

    def test_what_is_due_then_can_be_paid(self) -> None:
        over = in_status(Status.COMPLETED, 71_445)
        assert over.payment_status is PaymentStatus.PAID

        dearer = change(over, Changes(travel_miles=200), admin(before(over, days=-1)))

        assert amount_due(dearer, PaymentType.BALANCE, before(over, days=-1)) == 34_000
        assert dearer.payment_status is PaymentStatus.DEPOSIT_PAID

    def test_not_of_a_cancelled_one(self) -> None:
        with pytest.raises(BookingNotChangeable):
            change(in_status(Status.CANCELLED), Changes(travel_miles=1), admin())

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    @pytest.mark.parametrize(
        "more",
        [
            {"special_requests": ""},
            {"party": Party(adults=12)},
            {"status": Status.COMPLETED},
            {"venue": booking_request().venue},
        ],
    )
    def test_nothing_else_of_a_booking_that_is_over(
        self, status: Status, more: dict[str, Any]
    ) -> None:
        over = in_status(status)

        with pytest.raises(BookingNotChangeable, match="only its travel_miles can be set, alone"):
            change(over, Changes(travel_miles=1, **more), admin(over.completes_at))

    def test_a_customer_does_not_set_it(self) -> None:
        over = in_status(Status.COMPLETED)

        with pytest.raises(Forbidden):
            change(over, Changes(travel_miles=0), caller(at=over.completes_at))

    def test_what_it_was_already_makes_no_version(self) -> None:
        over = replace(in_status(Status.COMPLETED), travel_miles=0, travel_confirmed=True)

        assert change(over, Changes(travel_miles=0), admin(over.completes_at)) is over


MORE = [
    pytest.param(Changes(party=Party(adults=13)), id="guests"),
    pytest.param(Changes(menu=Menu(add_ons={"gyoza": 1})), id="menu"),
    pytest.param(Changes(venue=replace(booking_request().venue, city="New York")), id="venue"),
]
"""What the chef has to know in time; nothing of it lowers the total."""

LESS = [
    pytest.param(Changes(party=Party(adults=11)), id="guests"),
    pytest.param(Changes(party=Party(adults=11, children=1)), id="a child for an adult"),
    pytest.param(Changes(menu=Menu()), id="menu"),
    pytest.param(Changes(party=Party(adults=11), venue=Venue("1", "A", "CA", "1")), id="and venue"),
    pytest.param(Changes(party=Party(adults=11), date=days_ahead(60)), id="and date"),
]
"""What lowers the total of `rich`."""


def rich() -> Booking:
    return confirmed(menu=Menu(add_ons={"gyoza": 2}))


class TestDeadlines:
    """§5, at the exact instant; MICRO is what tells "at least" from "less"."""

    @pytest.mark.parametrize("changes", MORE)
    def test_a_customer_changes_guests_menu_and_venue_until_24_hours_before(
        self, changes: Changes
    ) -> None:
        old = confirmed()

        assert change(old, changes, caller(at=before(old, hours=24))).version == 2
        with pytest.raises(TooCloseToEvent, match="until 24 hours before the start"):
            change(old, changes, caller(at=before(old, hours=24) + MICRO))

    @pytest.mark.parametrize("changes", MORE)
    def test_staff_until_the_start(self, changes: Changes) -> None:
        old = confirmed()

        assert change(old, changes, admin(before(old, hours=24) + MICRO)).version == 2
        assert change(old, changes, admin(old.slot.starts_at)).version == 2

    @pytest.mark.parametrize("changes", MORE)
    @pytest.mark.parametrize("who", [caller(), admin()])
    @pytest.mark.parametrize("later", [MICRO, timedelta(hours=5)])
    def test_and_nobody_after_the_start(
        self, changes: Changes, who: Caller, later: timedelta
    ) -> None:
        old = confirmed()

        with pytest.raises(TooCloseToEvent):
            change(old, changes, replace(who, at=old.slot.starts_at + later))

    @pytest.mark.parametrize("changes", LESS)
    def test_a_customer_lowers_the_total_until_7_days_before(self, changes: Changes) -> None:
        old = rich()

        assert change(old, changes, caller(at=before(old, days=7))).version == 2
        with pytest.raises(TooLateToReduce, match="until 7 days before the start"):
            change(old, changes, caller(at=before(old, days=7) + MICRO))

    @pytest.mark.parametrize("changes", LESS[:3])
    def test_staff_lower_it_until_the_start(self, changes: Changes) -> None:
        old = rich()

        assert change(old, changes, admin(old.slot.starts_at)).price.total < old.price.total

    def test_too_close_is_said_before_too_late_to_reduce(self) -> None:
        old = rich()

        with pytest.raises(TooCloseToEvent):
            change(old, Changes(party=Party(adults=11)), caller(at=before(old, hours=1)))

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param(Changes(menu=Menu(add_ons={"edamame": 4})), id="the same for another"),
            pytest.param(Changes(party=Party(adults=13), menu=Menu()), id="more for less"),
        ],
    )
    def test_what_keeps_or_raises_the_total_is_no_reduction(self, changes: Changes) -> None:
        old = rich()

        assert change(old, changes, caller(at=before(old, hours=24))).version == 2

    def test_below_the_minimum_fewer_guests_cost_the_same(self) -> None:
        old = confirmed(party=Party(adults=4))

        new = change(old, Changes(party=Party(adults=3)), caller(at=before(old, hours=24)))

        assert new.price.total == old.price.total

    def test_another_address_lowers_nothing(self) -> None:
        far = change(confirmed(), Changes(travel_miles=200), admin())

        moved = change(
            far,
            Changes(venue=replace(far.venue, city="San Diego")),
            caller(at=before(far, hours=24)),
        )

        assert moved.price.total == far.price.total

    def test_nor_does_it_hide_a_reduction_behind_it(self) -> None:
        far = change(confirmed(), Changes(travel_miles=200), admin())
        elsewhere = change(far, Changes(venue=Venue("1", "A", "CA", "1")), caller())

        with pytest.raises(TooLateToReduce):
            change(elsewhere, Changes(party=Party(adults=11)), caller(at=before(elsewhere, days=6)))

    @pytest.mark.parametrize("later", [timedelta(hours=-1), timedelta(hours=1)])
    def test_another_spelling_of_the_address_has_no_deadline(self, later: timedelta) -> None:
        old = confirmed()
        spelled = replace(old.venue, city="VENICE")

        new = change(old, Changes(venue=spelled), caller(at=old.slot.starts_at + later))

        assert new.venue == spelled

    @pytest.mark.parametrize(
        "changes",
        [
            Changes(contact=Contact("Ken", "k@example.com", "+14155550100")),
            Changes(special_requests="Peanut allergy"),
        ],
    )
    @pytest.mark.parametrize("who", [caller(), admin()])
    @pytest.mark.parametrize("later", [timedelta(hours=-1), timedelta(hours=1)])
    def test_contact_and_special_requests_have_no_deadline(
        self, changes: Changes, who: Caller, later: timedelta
    ) -> None:
        old = confirmed()

        assert change(old, changes, replace(who, at=old.slot.starts_at + later)).version == 2

    def test_nor_has_the_distance(self) -> None:
        old = confirmed()

        assert change(old, Changes(travel_miles=9), admin(before(old, hours=1))).version == 2


class TestMoving:
    def test_to_another_time_of_the_day(self) -> None:
        new = change(booking(), Changes(time=time(12)), caller())

        assert (new.slot.date, new.slot.time) == (PARTY_DATE, time(12))
        assert new.slot.starts_at == datetime(2026, 12, 24, 20, tzinfo=UTC)

    def test_to_another_day_at_the_same_time(self) -> None:
        new = change(booking(), Changes(date=date(2027, 3, 14)), caller())

        assert (new.slot.time, new.slot.starts_at) == (
            time(18),
            datetime(2027, 3, 15, 1, tzinfo=UTC),
        )

    def test_at_least_72_hours_before_the_current_start(self) -> None:
        old, later = confirmed(), Changes(date=date(2027, 2, 1))

        assert change(old, later, caller(at=before(old, hours=72))).version == 2
        with pytest.raises(TooCloseToEvent, match="72 hours"):
            change(old, later, caller(at=before(old, hours=72) + SECOND))

    def test_staff_obey_that_too(self) -> None:
        old = confirmed()

        with pytest.raises(TooCloseToEvent):
            change(old, Changes(date=date(2027, 2, 1)), admin(before(old, hours=71)))

    def test_the_date_it_has_anyway_is_no_move(self) -> None:
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
    def test_the_new_slot_obeys_the_rules_of_slots(
        self, target: Changes, refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            change(booking(), target, caller())

    def test_nearer_than_seven_days_from_its_making_the_total_is_owed_at_once(self) -> None:
        old = booking()

        new = change(old, Changes(date=days_ahead(5)), caller())

        assert new.due_to_confirm == new.price.total
        assert new.payment_due_at == old.payment_due_at

    def test_a_booking_that_was_changed_before_owes_what_it_did_and_until_when_it_did(self) -> None:
        # Given a booking made with more than seven days to go, and changed once with less
        made = booking(caller=caller(at=before(booking(), days=7, hours=1)))
        once = change(
            made, Changes(special_requests="Candles"), caller(at=before(made, days=6, hours=23))
        )

        # When it is changed again
        twice = change(once, Changes(party=Party(14)), caller(at=before(made, days=6, hours=22)))

        # Then the deposit and the deadline are still those of its making
        assert (twice.due_to_confirm, twice.payment_due_at) == (10_000, made.payment_due_at)

    def test_that_is_measured_from_the_making_not_from_the_move(self) -> None:
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
    def test_a_move_notes_what_the_table_says_for_the_start_that_it_leaves(
        self, who: Caller, notice: timedelta, limit: int
    ) -> None:
        """§6: five days before, a move to a year ahead turned 0 % into 97 %."""
        old = confirmed()

        new = change(old, Changes(date=date(2027, 6, 1)), replace(who, at=START - notice))

        assert new.refund_limit == limit

    def test_a_later_move_does_not_raise_it_again(self) -> None:
        late = change(
            confirmed(), Changes(date=date(2027, 6, 1)), caller(at=before(START_SLOT, days=5))
        )

        again = change(late, Changes(date=date(2027, 7, 1)), caller(at=before(START_SLOT, days=4)))

        assert (late.refund_limit, again.refund_limit) == (0, 0)

    def test_what_is_no_move_leaves_it_alone(self) -> None:
        old = confirmed()

        new = change(old, Changes(date=PARTY_DATE, party=Party(14)), caller(at=before(old, days=5)))

        assert new.refund_limit == 100

    def test_no_price_changes_by_moving(self) -> None:
        old = booking()

        assert change(old, Changes(date=days_ahead(60)), caller()).price == old.price


TRANSITIONS = [
    (Status.CONFIRMED, Status.COMPLETED),
    (Status.CONFIRMED, Status.NO_SHOW),
]


class TestStatusByHand:
    @pytest.mark.parametrize(("start", "end"), TRANSITIONS)
    @pytest.mark.parametrize("later", [timedelta(0), SECOND, timedelta(days=9)])
    def test_staff_end_a_confirmed_booking_from_its_start_on(
        self, start: Status, end: Status, later: timedelta
    ) -> None:
        old = in_status(start)

        new = change(old, Changes(status=end), admin(old.slot.starts_at + later))

        assert (new.status, new.version) == (end, 2)
        assert not new.is_live

    @pytest.mark.parametrize("end", [Status.COMPLETED, Status.NO_SHOW])
    def test_not_before(self, end: Status) -> None:
        old = confirmed()

        with pytest.raises(InvalidTransition, match="after its start"):
            change(old, Changes(status=end), admin(old.slot.starts_at - SECOND))

    @pytest.mark.parametrize(
        ("start", "end"),
        [(a, b) for a in LIVE for b in Status if a is not b and (a, b) not in TRANSITIONS],
    )
    def test_no_other_step_can_be_set(self, start: Status, end: Status) -> None:
        old = in_status(start)

        with pytest.raises(InvalidTransition):
            change(old, Changes(status=end), admin(old.slot.starts_at + SECOND))

    @pytest.mark.parametrize("status", LIVE)
    def test_the_status_it_has_is_no_change(self, status: Status) -> None:
        old = unchanged_by_money(status)

        assert change(old, Changes(status=status), admin()) is old

    @pytest.mark.parametrize("status", Status)
    @pytest.mark.parametrize(
        "staff_only", [Changes(status=Status.COMPLETED), Changes(travel_miles=0)]
    )
    def test_a_customer_sets_neither_status_nor_distance(
        self, status: Status, staff_only: Changes
    ) -> None:
        with pytest.raises(Forbidden):
            change(in_status(status), staff_only, caller())


def test_the_author_of_a_change_is_not_the_owner_of_the_booking() -> None:
    changed = change(booking(), Changes(travel_miles=9), admin())

    assert changed.customer_id == CUSTOMER != ADMIN


class TestMoneyThatWasPaidBefore:
    """A change may make what was paid enough, or too much (§4, §7)."""

    def test_a_lower_price_confirms_a_booking_that_was_paid_in_part(self) -> None:
        soon = caller(at=before(booking(), days=5))
        old = holding(booking(caller=soon), Balance(captured=60_000))
        assert old.deposit_due == 11_445

        step = step_of(old, Changes(party=Party(adults=10)), admin(soon.at))

        assert step.after.status is Status.CONFIRMED
        assert step.after.balance.refund_owed == 60_000 - 59_538
        assert step.after.version == old.version + 1

    def test_one_still_short_stays_pending_and_gives_nothing_back(self) -> None:
        soon = caller(at=before(booking(), days=5))
        old = holding(booking(caller=soon), Balance(captured=60_000))

        step = step_of(old, Changes(party=Party(adults=11)), admin(soon.at))

        assert (step.after.status, step.entries) == (Status.PENDING, ())

    def test_what_was_promised_before_is_not_promised_twice(self) -> None:
        cheaper = step_of(confirmed(71_445), Changes(party=Party(adults=10)), caller()).after

        step = step_of(cheaper, Changes(special_requests="Peanut allergy"), caller())

        assert step.entries == ()

    def test_what_is_in_dispute_is_not_promised_until_it_is_decided(self) -> None:
        disputed = holding(confirmed(), Balance(captured=71_445, disputed=71_445))

        step = step_of(disputed, Changes(party=Party(adults=10)), caller())

        assert step.entries == ()

    def test_goodwill_does_not_count_as_too_much(self) -> None:
        """Staff gave 20 000 back; the price falls by 11 907, which is still to be given back."""
        kind_to = holding(confirmed(), Balance(captured=71_445, refunded=20_000))

        step = step_of(kind_to, Changes(party=Party(adults=10)), caller())

        assert [each.amount for each in step.entries] == [11_907]

    def test_a_party_that_took_place_keeps_what_it_costs(self) -> None:
        old = confirmed(71_445)

        step = step_of(old, Changes(status=Status.NO_SHOW), admin(old.slot.starts_at))

        assert step.entries == ()


class TestComplete:
    def test_six_hours_after_the_start_a_confirmed_party_took_place(self) -> None:
        old = confirmed()
        late = system(old.slot.starts_at + timedelta(hours=6))

        step = complete(old, late)

        assert (step.after.status, step.after.version) == (Status.COMPLETED, 2)
        assert step.after.updated_at == late.at
        assert step.entries == ()

    def test_not_before(self) -> None:
        old = confirmed()

        step = complete(old, system(old.completes_at - SECOND))

        assert step == Step(old)
        assert step.after is old

    @pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED}))
    def test_nothing_else_does(self, status: Status) -> None:
        old = in_status(status)

        assert complete(old, system(old.completes_at)).after is old

"""Changes, moves and statuses set by staff, and everything that is refused (`domain.md §5`)."""

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

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.booking_request import Contact
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
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError, Forbidden, InvalidInput
from teppan.domain.ledger import EntryKind, RefundReason
from teppan.domain.ledger_balance import Balance
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
    """Return the booking after a change that adds no ledger entries."""
    step = step_of(old, changes, who)
    assert step.entries == ()
    return step.after


def unchanged_by_money(status: Status) -> Booking:
    """Return a live booking whose status does not follow from its payments."""
    return in_status(status, 4_000 if status is Status.PENDING else 10_000)


class TestChange:
    @pytest.mark.parametrize("status", LIVE)
    @pytest.mark.parametrize("field", NOTHING_BUT)
    def test_a_change_of_one_field_adds_one_to_the_version(
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
    def test_a_change_without_effect_makes_no_version(self, nothing: Changes) -> None:
        old = booking()

        assert change(old, nothing, caller()) is old

    def test_special_requests_can_be_removed(self) -> None:
        old = booking(special_requests="Peanut allergy")

        assert change(old, Changes(special_requests=""), caller()).special_requests == ""

    def test_a_menu_can_be_removed(self) -> None:
        old = booking(menu=Menu(add_ons={"gyoza": 1}))

        new = change(old, Changes(menu=Menu()), caller())

        assert new.menu == Menu()
        assert new.price == booking().price

    @pytest.mark.parametrize("status", OVER)
    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_a_final_booking_can_not_be_changed(self, status: Status, who: Caller) -> None:
        with pytest.raises(BookingNotChangeable):
            change(in_status(status), Changes(special_requests="x"), who)

    @pytest.mark.parametrize("status", OVER)
    @pytest.mark.parametrize("step", [Status.COMPLETED, Status.NO_SHOW])
    def test_staff_can_not_set_the_status_of_a_final_booking(
        self, status: Status, step: Status
    ) -> None:
        over = in_status(status)

        with pytest.raises(BookingNotChangeable):
            change(over, Changes(status=step), admin(over.slot.starts_at))


class TestRepricing:
    def test_more_guests_raise_the_balance_due(self) -> None:
        new = change(confirmed(), Changes(party=Party(adults=14)), caller())

        assert new.price.subtotal == 77_000
        assert (new.deposit_due, new.balance_due) == (0, 77_000 + 6_353 - 10_000)

    def test_fewer_guests_than_paid_for_make_a_refund_obligation(self) -> None:
        step = step_of(confirmed(71_445), Changes(party=Party(adults=10)), caller())

        new = step.after
        assert new.price.total == 59_538
        assert (new.deposit_due, new.balance_due) == (0, 0)
        assert [(each.kind, each.amount, each.reason) for each in step.entries] == [
            (EntryKind.REFUND_OWED, 11_907, RefundReason.OVERPAYMENT)
        ]
        assert new.balance == Balance(captured=71_445, refund_owed=11_907, uncredited=11_907)
        assert new.payment_status is PaymentStatus.REFUND_PENDING

    def test_travel_is_priced_when_staff_know_the_distance(self) -> None:
        new = change(booking(), Changes(travel_miles=42), admin())

        assert new.travel_miles == 42
        assert new.price.total == booking().price.total + 2_400

    def test_a_menu_must_be_valid_for_fewer_guests(self) -> None:
        old = booking(menu=Menu(upgrades={"salmon": 12}))

        with pytest.raises(InvalidInput):
            change(old, Changes(party=Party(adults=11)), caller())

    def test_a_venue_too_far_is_refused(self) -> None:
        with pytest.raises(VenueTooFar):
            change(booking(), Changes(travel_miles=201), admin())

    def test_another_address_keeps_the_distance_set_last_until_staff_set_the_new_one(self) -> None:
        """`domain.md §3`: an unknown distance never counts as 0 miles once a distance was known."""
        known = change(booking(), Changes(travel_miles=42), admin())
        assert (known.travel_miles, known.travel_confirmed) == (42, True)

        moved = change(known, Changes(venue=replace(known.venue, city="San Diego")), caller())

        assert (moved.travel_miles, moved.travel_confirmed) == (42, False)
        assert moved.price == known.price
        again = change(moved, Changes(travel_miles=42), admin())
        assert (again.travel_miles, again.travel_confirmed) == (42, True)

    def test_travel_costs_nothing_before_staff_set_the_distance(self) -> None:
        moved = change(booking(), Changes(venue=Venue("1", "A", "CA", "1")), caller())

        assert (moved.travel_miles, moved.travel_confirmed) == (None, False)
        assert moved.price.travel_fee == 0

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_a_change_of_the_venue_after_the_party_refunds_no_travel_fee(
        self, status: Status
    ) -> None:
        # Given a party far away that is paid in full, and its venue changed by one letter
        far = change(booking(), Changes(travel_miles=200), admin())
        paid = holding(replace(far, status=Status.CONFIRMED), Balance(captured=far.price.total))
        letter = replace(paid.venue, city=f"{paid.venue.city}x")
        moved = step_of(paid, Changes(venue=letter), caller())
        assert moved.entries == ()

        # When it is completed
        over = step_of(moved.after, Changes(status=status), admin(before(paid, hours=-6)))

        # Then nothing is refunded until staff set a new distance
        assert over.entries == ()
        assert (over.after.balance_due, over.after.price.travel_fee) == (0, 34_000)
        near = step_of(over.after, Changes(travel_miles=40), admin(before(paid, days=-3)))
        assert [(each.kind, each.amount) for each in near.entries] == [
            (EntryKind.REFUND_OWED, 32_000)
        ]

    def test_completing_a_booking_refunds_no_travel_fee(self) -> None:
        far = change(booking(), Changes(travel_miles=200), admin())
        paid = holding(replace(far, status=Status.CONFIRMED), Balance(captured=far.price.total))
        moved = change(paid, Changes(venue=replace(paid.venue, city="Ojai")), caller())

        assert complete(moved, system(moved.completes_at)).entries == ()

    def test_the_balance_includes_the_travel_fee_after_a_change_of_address(self) -> None:
        far = change(confirmed(), Changes(travel_miles=200), admin())

        moved = change(far, Changes(venue=replace(far.venue, city="Ojai")), caller())

        assert moved.balance_due == far.balance_due == 71_445 + 34_000 - 10_000

    def test_the_same_address_keeps_the_distance_and_staff_may_send_both(self) -> None:
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

    def test_a_return_to_the_old_address_does_not_confirm_the_distance(self) -> None:
        known = change(booking(), Changes(travel_miles=42), admin())
        moved = change(known, Changes(venue=replace(known.venue, city="Ojai")), caller())

        back = change(moved, Changes(venue=known.venue), caller())

        assert (back.travel_miles, back.travel_confirmed) == (42, False)


class TestTravelAfterTheParty:
    """`domain.md §3`: staff may set the distance until 30 days after the start."""

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

    def test_a_travel_fee_set_after_the_party_can_be_paid(self) -> None:
        over = in_status(Status.COMPLETED, 71_445)
        assert over.payment_status is PaymentStatus.PAID

        dearer = change(over, Changes(travel_miles=200), admin(before(over, days=-1)))

        assert amount_due(dearer, PaymentType.BALANCE, before(over, days=-1)) == 34_000
        assert dearer.payment_status is PaymentStatus.DEPOSIT_PAID

    def test_the_distance_of_a_cancelled_booking_can_not_be_set(self) -> None:
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
    def test_only_the_distance_of_a_past_booking_can_be_set(
        self, status: Status, more: dict[str, Any]
    ) -> None:
        over = in_status(status)

        with pytest.raises(BookingNotChangeable, match="only its travel_miles can be set, alone"):
            change(over, Changes(travel_miles=1, **more), admin(over.completes_at))

    def test_a_customer_can_not_set_the_distance_after_the_party(self) -> None:
        over = in_status(Status.COMPLETED)

        with pytest.raises(Forbidden):
            change(over, Changes(travel_miles=0), caller(at=over.completes_at))

    def test_the_same_distance_again_makes_no_version(self) -> None:
        over = replace(in_status(Status.COMPLETED), travel_miles=0, travel_confirmed=True)

        assert change(over, Changes(travel_miles=0), admin(over.completes_at)) is over


MORE = [
    pytest.param(Changes(party=Party(adults=13)), id="guests"),
    pytest.param(Changes(menu=Menu(add_ons={"gyoza": 1})), id="menu"),
    pytest.param(Changes(venue=replace(booking_request().venue, city="New York")), id="venue"),
]
"""What the chef has to know in time; none of these changes lowers the total."""

LESS = [
    pytest.param(Changes(party=Party(adults=11)), id="guests"),
    pytest.param(Changes(party=Party(adults=11, children=1)), id="a child for an adult"),
    pytest.param(Changes(menu=Menu()), id="menu"),
    pytest.param(Changes(party=Party(adults=11), venue=Venue("1", "A", "CA", "1")), id="and venue"),
    pytest.param(Changes(party=Party(adults=11), date=days_ahead(60)), id="and date"),
]
"""What lowers the total of `booking_above_minimum`."""


def booking_above_minimum() -> Booking:
    return confirmed(menu=Menu(add_ons={"gyoza": 2}))


class TestDeadlines:
    """`domain.md §5`, at the exact instant; MICRO distinguishes "at least" from "more than"."""

    @pytest.mark.parametrize("changes", MORE)
    def test_a_customer_changes_guests_menu_and_venue_until_24_hours_before(
        self, changes: Changes
    ) -> None:
        old = confirmed()

        assert change(old, changes, caller(at=before(old, hours=24))).version == 2
        with pytest.raises(TooCloseToEvent, match="until 24 hours before the start"):
            change(old, changes, caller(at=before(old, hours=24) + MICRO))

    @pytest.mark.parametrize("changes", MORE)
    def test_staff_change_guests_menu_and_venue_until_the_start(self, changes: Changes) -> None:
        old = confirmed()

        assert change(old, changes, admin(before(old, hours=24) + MICRO)).version == 2
        assert change(old, changes, admin(old.slot.starts_at)).version == 2

    @pytest.mark.parametrize("changes", MORE)
    @pytest.mark.parametrize("who", [caller(), admin()])
    @pytest.mark.parametrize("later", [MICRO, timedelta(hours=5)])
    def test_nobody_changes_guests_menu_or_venue_after_the_start(
        self, changes: Changes, who: Caller, later: timedelta
    ) -> None:
        old = confirmed()

        with pytest.raises(TooCloseToEvent):
            change(old, changes, replace(who, at=old.slot.starts_at + later))

    @pytest.mark.parametrize("changes", LESS)
    def test_a_customer_lowers_the_total_until_7_days_before(self, changes: Changes) -> None:
        old = booking_above_minimum()

        assert change(old, changes, caller(at=before(old, days=7))).version == 2
        with pytest.raises(TooLateToReduce, match="until 7 days before the start"):
            change(old, changes, caller(at=before(old, days=7) + MICRO))

    @pytest.mark.parametrize("changes", LESS[:3])
    def test_staff_lower_the_total_until_the_start(self, changes: Changes) -> None:
        old = booking_above_minimum()

        assert change(old, changes, admin(old.slot.starts_at)).price.total < old.price.total

    def test_too_close_to_event_is_reported_before_too_late_to_reduce(self) -> None:
        old = booking_above_minimum()

        with pytest.raises(TooCloseToEvent):
            change(old, Changes(party=Party(adults=11)), caller(at=before(old, hours=1)))

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param(Changes(menu=Menu(add_ons={"edamame": 4})), id="the same for another"),
            pytest.param(Changes(party=Party(adults=13), menu=Menu()), id="more for less"),
        ],
    )
    def test_a_change_that_keeps_or_raises_the_total_has_no_reduction_deadline(
        self, changes: Changes
    ) -> None:
        old = booking_above_minimum()

        assert change(old, changes, caller(at=before(old, hours=24))).version == 2

    def test_fewer_guests_below_the_minimum_have_no_reduction_deadline(self) -> None:
        old = confirmed(party=Party(adults=4))

        new = change(old, Changes(party=Party(adults=3)), caller(at=before(old, hours=24)))

        assert new.price.total == old.price.total

    def test_another_address_does_not_lower_the_total(self) -> None:
        far = change(confirmed(), Changes(travel_miles=200), admin())

        moved = change(
            far,
            Changes(venue=replace(far.venue, city="San Diego")),
            caller(at=before(far, hours=24)),
        )

        assert moved.price.total == far.price.total

    def test_another_address_does_not_hide_a_later_reduction(self) -> None:
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

    def test_the_distance_has_no_deadline_before_the_start(self) -> None:
        old = confirmed()

        assert change(old, Changes(travel_miles=9), admin(before(old, hours=1))).version == 2


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


TRANSITIONS = [
    (Status.CONFIRMED, Status.COMPLETED),
    (Status.CONFIRMED, Status.NO_SHOW),
]


class TestStatusByHand:
    @pytest.mark.parametrize(("start", "end"), TRANSITIONS)
    @pytest.mark.parametrize("later", [timedelta(0), SECOND, timedelta(days=9)])
    def test_staff_set_the_final_status_from_the_start_on(
        self, start: Status, end: Status, later: timedelta
    ) -> None:
        old = in_status(start)

        new = change(old, Changes(status=end), admin(old.slot.starts_at + later))

        assert (new.status, new.version) == (end, 2)
        assert not new.is_live

    @pytest.mark.parametrize("end", [Status.COMPLETED, Status.NO_SHOW])
    def test_staff_can_not_set_the_final_status_before_the_start(self, end: Status) -> None:
        old = confirmed()

        with pytest.raises(InvalidTransition, match="after its start"):
            change(old, Changes(status=end), admin(old.slot.starts_at - SECOND))

    @pytest.mark.parametrize(
        ("start", "end"),
        [(a, b) for a in LIVE for b in Status if a is not b and (a, b) not in TRANSITIONS],
    )
    def test_staff_can_set_no_other_status(self, start: Status, end: Status) -> None:
        old = in_status(start)

        with pytest.raises(InvalidTransition):
            change(old, Changes(status=end), admin(old.slot.starts_at + SECOND))

    @pytest.mark.parametrize("status", LIVE)
    def test_the_present_status_is_no_change(self, status: Status) -> None:
        old = unchanged_by_money(status)

        assert change(old, Changes(status=status), admin()) is old

    @pytest.mark.parametrize("status", Status)
    @pytest.mark.parametrize(
        "staff_only", [Changes(status=Status.COMPLETED), Changes(travel_miles=0)]
    )
    def test_a_customer_can_not_set_status_or_distance(
        self, status: Status, staff_only: Changes
    ) -> None:
        with pytest.raises(Forbidden):
            change(in_status(status), staff_only, caller())


def test_the_author_of_a_change_is_not_the_owner_of_the_booking() -> None:
    changed = change(booking(), Changes(travel_miles=9), admin())

    assert changed.customer_id == CUSTOMER != ADMIN


class TestMoneyThatWasPaidBefore:
    """A change may make earlier payments sufficient, or too much (`domain.md §4, §7`)."""

    def test_a_lower_price_confirms_a_booking_that_was_paid_in_part(self) -> None:
        soon = caller(at=before(booking(), days=5))
        old = holding(booking(caller=soon), Balance(captured=60_000))
        assert old.deposit_due == 11_445

        step = step_of(old, Changes(party=Party(adults=10)), admin(soon.at))

        assert step.after.status is Status.CONFIRMED
        assert step.after.balance.refund_owed == 60_000 - 59_538
        assert step.after.version == old.version + 1

    def test_a_booking_not_covered_by_a_lower_price_stays_pending_without_refund(self) -> None:
        soon = caller(at=before(booking(), days=5))
        old = holding(booking(caller=soon), Balance(captured=60_000))

        step = step_of(old, Changes(party=Party(adults=11)), admin(soon.at))

        assert (step.after.status, step.entries) == (Status.PENDING, ())

    def test_a_second_change_adds_no_second_refund_obligation(self) -> None:
        cheaper = step_of(confirmed(71_445), Changes(party=Party(adults=10)), caller()).after

        step = step_of(cheaper, Changes(special_requests="Peanut allergy"), caller())

        assert step.entries == ()

    def test_a_lower_price_owes_no_refund_of_money_in_dispute(self) -> None:
        disputed = holding(confirmed(), Balance(captured=71_445, disputed=71_445))

        step = step_of(disputed, Changes(party=Party(adults=10)), caller())

        assert step.entries == ()

    def test_goodwill_does_not_reduce_the_refund_of_a_lower_price(self) -> None:
        """Staff refunded 20 000. The price falls by 11 907, which is still owed."""
        kind_to = holding(confirmed(), Balance(captured=71_445, refunded=20_000))

        step = step_of(kind_to, Changes(party=Party(adults=10)), caller())

        assert [each.amount for each in step.entries] == [11_907]

    def test_a_no_show_refunds_nothing_of_its_price(self) -> None:
        old = confirmed(71_445)

        step = step_of(old, Changes(status=Status.NO_SHOW), admin(old.slot.starts_at))

        assert step.entries == ()


class TestComplete:
    def test_a_confirmed_booking_is_completed_six_hours_after_the_start(self) -> None:
        old = confirmed()
        late = system(old.slot.starts_at + timedelta(hours=6))

        step = complete(old, late)

        assert (step.after.status, step.after.version) == (Status.COMPLETED, 2)
        assert step.after.updated_at == late.at
        assert step.entries == ()

    def test_a_confirmed_booking_is_not_completed_before_its_time(self) -> None:
        old = confirmed()

        step = complete(old, system(old.completes_at - SECOND))

        assert step == Step(old)
        assert step.after is old

    @pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED}))
    def test_only_a_confirmed_booking_is_completed(self, status: Status) -> None:
        old = in_status(status)

        assert complete(old, system(old.completes_at)).after is old

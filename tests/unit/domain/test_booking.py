"""A booking's life: made, changed, cancelled, and every step refused (§4-6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from tests.builders import (
    ADMIN,
    CUSTOMER,
    NOW,
    OTHER_CUSTOMER,
    PARTY_DATE,
    admin,
    before,
    booking,
    caller,
    confirmed,
    days_ahead,
    in_status,
    wishes,
)

from teppan.domain.booking import (
    Booking,
    Cancellation,
    CancellationRequest,
    Changes,
    Contact,
    Status,
    Venue,
    book,
    cancel,
    cancellation_terms,
    change,
    check_visible,
)
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import (
    AlreadyCancelled,
    AlreadyCompleted,
    BookingNotChangeable,
    BookingNotFound,
    DomainError,
    Forbidden,
    InvalidInput,
    InvalidTime,
    InvalidTransition,
    LeadTimeTooShort,
    TooCloseToEvent,
    TooFarAhead,
    TooLateToCancel,
    VenueTooFar,
)
from teppan.domain.ledger import Balance, EntryKind, PaymentStatus
from teppan.domain.party import Menu, Party
from teppan.domain.policy import CURRENT

SECOND = timedelta(seconds=1)
LIVE = [Status.PENDING, Status.CONFIRMED]
OVER = [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW]


class TestBook:
    def test_a_new_booking_is_pending_at_version_one_and_unpaid(self) -> None:
        made = book(wishes(), booking_id="bkg_1", fingerprint="f", caller=caller())

        assert (made.id, made.version, made.status) == ("bkg_1", 1, Status.PENDING)
        assert made.customer_id == CUSTOMER
        assert made.payment_status is PaymentStatus.AWAITING_PAYMENT
        assert made.created_at == made.updated_at == NOW
        assert made.cancellation is None
        assert made.is_live and made.holds_slot

    def test_it_keeps_its_policy_and_its_price(self) -> None:
        made = booking()

        assert made.policy_version == "2026-11"
        assert made.policy is CURRENT
        assert made.price.total == 71_445
        assert made.travel_miles is None and made.price.travel_fee == 0

    def test_a_later_policy_never_changes_an_old_booking(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cheap = {"adult": 100, "child": 50, "toddler": 0}
        old_policy = replace(CURRENT, version="2025-01", guest_prices=cheap, minimum_food=0)
        monkeypatch.setattr("teppan.domain.booking.POLICIES", {"2025-01": old_policy})
        old = book(wishes(), booking_id="b", fingerprint="f", caller=caller(), policy=old_policy)

        grown = change(old, Changes(party=Party(adults=13)), caller())

        assert (old.price.subtotal, grown.price.subtotal) == (1_200, 1_300)
        assert grown.policy_version == "2025-01"

    @pytest.mark.parametrize(
        ("wish", "refusal"),
        [
            ({"time": time(13)}, InvalidTime),
            ({"date": days_ahead(2), "time": time(9)}, InvalidTime),
            ({"date": days_ahead(1)}, LeadTimeTooShort),
            ({"date": days_ahead(-30)}, LeadTimeTooShort),
            ({"date": days_ahead(367)}, TooFarAhead),
            ({"date": date.max}, TooFarAhead),
            ({"menu": Menu(upgrades={"salmon": 13})}, InvalidInput),
        ],
    )
    def test_what_the_rules_forbid_is_refused(
        self, wish: dict[str, Any], refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            booking(**wish)

    @pytest.mark.parametrize("hours", [48, 49, 30 * 24])
    def test_payment_is_due_after_a_day(self, hours: int) -> None:
        made = booking(caller=caller(at=before(booking(), hours=hours)))

        assert made.payment_due_at == made.created_at + timedelta(hours=24)

    def test_but_a_day_before_the_start_at_the_latest(self) -> None:
        hasty = replace(CURRENT, lead_time=timedelta(hours=24))
        author = caller(at=before(booking(), hours=30))

        made = book(wishes(), booking_id="b", fingerprint="f", caller=author, policy=hasty)

        assert made.payment_due_at == before(made, hours=24)


class TestMoneyDue:
    def test_with_seven_days_to_go_the_deposit_confirms_and_the_balance_waits(self) -> None:
        made = booking(caller=caller(at=before(booking(), days=30)))

        assert (made.deposit_due, made.balance_due) == (10_000, 61_445)
        assert made.balance_due_at == before(made, days=7)

    def test_with_less_the_whole_total_is_due_at_once(self) -> None:
        made = booking(caller=caller(at=before(booking(), days=7) + SECOND))

        assert (made.deposit_due, made.balance_due) == (71_445, 0)
        assert made.balance_due_at == made.payment_due_at

    def test_the_balance_is_due_seven_days_before_the_start_also_on_the_last_day_of_deposits(
        self,
    ) -> None:
        """§3: due 7 days before the start; only a booking made later owes it at another time."""
        made = booking(caller=caller(at=before(booking(), days=7, hours=1)))

        assert made.due_to_confirm == 10_000
        assert made.balance_due_at == before(made, days=7)

    @pytest.mark.parametrize(
        ("captured", "deposit_due", "balance_due"),
        [
            (10_000, 0, 61_445),
            (50_000, 0, 21_445),
            (71_445, 0, 0),
            (80_000, 0, 0),
        ],
    )
    def test_once_it_is_confirmed_all_the_rest_is_balance(
        self, captured: int, deposit_due: int, balance_due: int
    ) -> None:
        paid = confirmed(captured)

        assert (paid.deposit_due, paid.balance_due) == (deposit_due, balance_due)

    @pytest.mark.parametrize(("captured", "deposit_due"), [(0, 10_000), (4_000, 6_000)])
    def test_before_that_payments_count_towards_the_deposit(
        self, captured: int, deposit_due: int
    ) -> None:
        pending = replace(booking(), balance=Balance(captured=captured))

        assert (pending.deposit_due, pending.balance_due) == (deposit_due, 61_445)

    def test_money_lost_in_a_dispute_is_due_again(self) -> None:
        lost = replace(confirmed(), balance=Balance(captured=20_000, lost=20_000))

        assert (lost.deposit_due, lost.balance_due) == (0, 71_445)

    @pytest.mark.parametrize(
        ("status", "balance_due"),
        [(Status.CANCELLED, 0), (Status.COMPLETED, 61_445), (Status.NO_SHOW, 61_445)],
    )
    def test_only_a_cancelled_booking_owes_nothing(self, status: Status, balance_due: int) -> None:
        over = replace(in_status(status), balance=Balance(captured=10_000))

        assert (over.deposit_due, over.balance_due) == (0, balance_due)


@pytest.mark.parametrize("status", Status)
def test_only_a_cancelled_booking_gives_its_slot_back(status: Status) -> None:
    assert in_status(status).holds_slot is (status is not Status.CANCELLED)


class TestVisibility:
    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_the_customer_and_staff_see_a_booking(self, who: Caller) -> None:
        check_visible(booking(), who)

    @pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SYSTEM, Role.ANONYMOUS])
    def test_to_another_it_does_not_exist(self, role: Role) -> None:
        with pytest.raises(BookingNotFound):
            check_visible(booking(), caller(OTHER_CUSTOMER, role))


NOTHING_BUT = {
    "special_requests": "Peanut allergy",
    "venue": Venue("1 Market St", "San Francisco", "CA", "94105"),
    "contact": Contact("Ken Sato", "ken@example.com", "+14155550100"),
    "menu": Menu(add_ons={"gyoza": 2}),
    "party": Party(adults=14),
}


class TestChange:
    @pytest.mark.parametrize("status", LIVE)
    @pytest.mark.parametrize("field", NOTHING_BUT)
    def test_one_thing_changes_and_the_version_grows_by_one(
        self, status: Status, field: str
    ) -> None:
        old, later = in_status(status), NOW + timedelta(hours=1)

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
            Changes(venue=wishes().venue, contact=wishes().contact),
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

    def test_fewer_guests_may_leave_more_paid_than_due(self) -> None:
        new = change(confirmed(71_445), Changes(party=Party(adults=10)), caller())

        assert new.price.total == 59_538
        assert (new.deposit_due, new.balance_due) == (0, 0)
        assert new.payment_status is PaymentStatus.PAID

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

    def test_another_address_is_another_distance(self) -> None:
        """§3: the travel line is 0 until staff have set the miles to *this* venue."""
        known = change(booking(), Changes(travel_miles=42), admin())

        moved = change(known, Changes(venue=replace(known.venue, city="San Diego")), caller())

        assert moved.travel_miles is None
        assert moved.price.travel_fee == 0

    def test_the_same_address_keeps_it_and_staff_may_send_both(self) -> None:
        known = change(booking(), Changes(travel_miles=42), admin())
        elsewhere = replace(known.venue, city="San Diego")

        assert change(known, Changes(venue=known.venue), caller()) is known
        both = change(known, Changes(venue=elsewhere, travel_miles=130), admin())
        assert both.travel_miles == 130

    @pytest.mark.parametrize(
        "changes", [Changes(party=Party(adults=13)), Changes(menu=Menu(add_ons={"gyoza": 1}))]
    )
    def test_guests_and_menu_change_until_24_hours_before_the_start(self, changes: Changes) -> None:
        old = confirmed()

        assert change(old, changes, caller(at=before(old, hours=24))).version == 2
        with pytest.raises(TooCloseToEvent, match="24 hours"):
            change(old, changes, caller(at=before(old, hours=24) + SECOND))

    def test_staff_obey_that_too(self) -> None:
        old = confirmed()

        with pytest.raises(TooCloseToEvent):
            change(old, Changes(party=Party(adults=13)), admin(before(old, hours=23)))

    @pytest.mark.parametrize(
        "changes",
        [Changes(contact=Contact("Ken", "k@example.com", "+14155550100")), Changes(travel_miles=9)],
    )
    def test_the_rest_may_change_later(self, changes: Changes) -> None:
        old = confirmed()

        assert change(old, changes, admin(before(old, hours=1))).version == 2


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

    def test_that_is_measured_from_the_making_not_from_the_move(self) -> None:
        later = caller(at=NOW + timedelta(days=20))

        new = change(booking(), Changes(date=days_ahead(24)), later)

        assert new.due_to_confirm == 10_000

    def test_no_price_changes_by_moving(self) -> None:
        old = booking()

        assert change(old, Changes(date=days_ahead(60)), caller()).price == old.price


STEPS = [
    (Status.CONFIRMED, Status.COMPLETED),
    (Status.CONFIRMED, Status.NO_SHOW),
]


class TestStatusByHand:
    @pytest.mark.parametrize(("start", "end"), STEPS)
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
        [(a, b) for a in LIVE for b in Status if a is not b and (a, b) not in STEPS],
    )
    def test_no_other_step_can_be_set(self, start: Status, end: Status) -> None:
        old = in_status(start)

        with pytest.raises(InvalidTransition):
            change(old, Changes(status=end), admin(old.slot.starts_at + SECOND))

    @pytest.mark.parametrize("status", LIVE)
    def test_the_status_it_has_is_no_change(self, status: Status) -> None:
        old = in_status(status)

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


class TestCancel:
    @pytest.mark.parametrize("status", LIVE)
    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_a_live_booking_ends_and_says_who_when_and_why(
        self, status: Status, who: Caller
    ) -> None:
        old = in_status(status)

        ended, _ = cancel(old, CancellationRequest("Moving away"), who)

        assert (ended.status, ended.version, ended.updated_at) == (Status.CANCELLED, 2, NOW)
        assert ended.cancellation == Cancellation(who.role, NOW, 9_700, 97, "Moving away")
        assert not ended.holds_slot

    def test_the_refund_it_owes_is_an_entry_and_part_of_the_balance(self) -> None:
        ended, owed = cancel(confirmed(), CancellationRequest(), caller())

        assert owed is not None
        assert (owed.kind, owed.amount, owed.at) == (EntryKind.REFUND_OWED, 9_700, NOW)
        assert ended.balance == Balance(captured=10_000, refund_owed=9_700)
        assert ended.payment_status is PaymentStatus.REFUND_PENDING

    @pytest.mark.parametrize("unpaid_or_late", [(0, 20), (10_000, 5)])
    def test_where_nothing_is_owed_there_is_no_entry(self, unpaid_or_late: tuple[int, int]) -> None:
        captured, days = unpaid_or_late
        old = confirmed(captured)

        ended, owed = cancel(old, CancellationRequest(), caller(at=before(old, days=days)))

        assert owed is None
        assert ended.balance == old.balance
        assert ended.cancellation is not None and ended.cancellation.refund_amount == 0

    @pytest.mark.parametrize(
        ("notice", "percentage"),
        [
            (timedelta(days=14) + SECOND, 97),
            (timedelta(days=14), 50),
            (timedelta(days=7), 50),
            (timedelta(days=7) - SECOND, 0),
            (timedelta(hours=48), 0),
        ],
    )
    def test_the_tier_is_that_of_the_instant(self, notice: timedelta, percentage: int) -> None:
        old = confirmed()

        ended, _ = cancel(old, CancellationRequest(), caller(at=old.slot.starts_at - notice))

        assert ended.cancellation is not None
        assert ended.cancellation.refund_percentage == percentage

    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_with_less_than_48_hours_to_go_nobody_cancels_without_an_override(
        self, who: Caller
    ) -> None:
        old = confirmed()

        with pytest.raises(TooLateToCancel):
            cancel(old, CancellationRequest(), replace(who, at=before(old, hours=48) + SECOND))

    @pytest.mark.parametrize(
        ("status", "refusal"),
        [
            (Status.CANCELLED, AlreadyCancelled),
            (Status.COMPLETED, AlreadyCompleted),
            (Status.NO_SHOW, AlreadyCompleted),
        ],
    )
    @pytest.mark.parametrize("percentage", [None, 100])
    def test_what_is_over_is_not_cancelled_again(
        self, status: Status, refusal: type[DomainError], percentage: int | None
    ) -> None:
        with pytest.raises(refusal):
            cancel(in_status(status), CancellationRequest("Once more", percentage), admin())

    def test_that_it_is_over_comes_before_that_it_is_late(self) -> None:
        over = in_status(Status.COMPLETED)

        with pytest.raises(AlreadyCompleted):
            cancellation_terms(over, over.slot.starts_at + timedelta(hours=6))


class TestOverride:
    @pytest.mark.parametrize("span", [{"days": 20}, {"hours": 1}, {"hours": -1}])
    def test_staff_override_window_and_percentage(self, span: dict[str, float]) -> None:
        old = confirmed()

        ended, owed = cancel(
            old, CancellationRequest("Chef is ill", 100), admin(before(old, **span))
        )

        assert owed is not None and owed.amount == 10_000
        assert ended.cancellation is not None
        assert (ended.cancellation.by, ended.cancellation.reason) == (Role.ADMIN, "Chef is ill")

    @pytest.mark.parametrize("percentage", [0, 100])
    def test_a_customer_does_not(self, percentage: int) -> None:
        with pytest.raises(Forbidden):
            cancel(confirmed(), CancellationRequest("Please", percentage), caller())

    @pytest.mark.parametrize("percentage", [0, 100])
    def test_an_override_needs_a_reason(self, percentage: int) -> None:
        with pytest.raises(InvalidInput) as refusal:
            cancel(confirmed(), CancellationRequest(None, percentage), admin())

        assert [fault.pointer for fault in refusal.value.violations] == ["/reason"]


def test_the_author_of_a_change_is_not_the_owner_of_the_booking() -> None:
    changed = change(booking(), Changes(travel_miles=9), admin())

    assert changed.customer_id == CUSTOMER != ADMIN


def test_a_booking_under_a_live_dispute_refunds_nothing_more() -> None:
    disputed: Booking = replace(confirmed(), balance=Balance(captured=10_000, disputed=10_000))

    ended, owed = cancel(disputed, CancellationRequest(), caller())

    assert owed is None
    assert ended.payment_status is PaymentStatus.DISPUTED


def test_a_dispute_over_money_partly_refunded_does_not_make_a_negative_refund() -> None:
    disputed = replace(
        confirmed(), balance=Balance(captured=10_000, refunded=4_000, disputed=10_000)
    )

    _, owed = cancel(disputed, CancellationRequest(), caller())

    assert owed is None

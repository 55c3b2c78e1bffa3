"""Bookings: creation and amounts due (`domain.md §4`)."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from tests.builders import (
    CUSTOMER,
    NOW,
    admin,
    before,
    booking,
    booking_request,
    caller,
    confirmed,
    days_ahead,
    holding,
    in_status,
)

from teppan.domain.bookings.booking import book
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.errors import (
    InvalidTime,
    LeadTimeTooShort,
    TooFarAhead,
)
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import DomainError, InvalidInput
from teppan.domain.ledger_balance import Balance
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.policy import CURRENT

SECOND = timedelta(seconds=1)
LIVE = [Status.PENDING, Status.CONFIRMED]
OVER = [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW]


class TestBook:
    def test_a_new_booking_is_pending_at_version_one_and_unpaid(self) -> None:
        made = book(booking_request(), booking_id="bkg_1", fingerprint="f", caller=caller())

        assert (made.id, made.version, made.status) == ("bkg_1", 1, Status.PENDING)
        assert made.customer_id == CUSTOMER
        assert made.payment_status is PaymentStatus.AWAITING_PAYMENT
        assert made.created_at == made.updated_at == NOW
        assert made.cancellation is None
        assert made.is_live and made.holds_slot

    def test_a_new_booking_stores_its_policy_and_price(self) -> None:
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
        monkeypatch.setattr("teppan.domain.bookings.booking.POLICIES", {"2025-01": old_policy})
        old = book(
            booking_request(), booking_id="b", fingerprint="f", caller=caller(), policy=old_policy
        )

        grown = change(old, Changes(party=Party(adults=13)), caller()).after

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
    def test_book_refuses_what_the_rules_forbid(
        self, wish: dict[str, Any], refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            booking(**wish)

    @pytest.mark.parametrize("hours", [48, 49, 30 * 24])
    def test_payment_of_a_new_booking_is_due_after_a_day(self, hours: int) -> None:
        made = booking(caller=caller(at=before(booking(), hours=hours)))

        assert made.payment_due_at == made.created_at + timedelta(hours=24)

    def test_payment_of_a_new_booking_is_due_a_day_before_the_start_at_the_latest(self) -> None:
        hasty = replace(CURRENT, lead_time=timedelta(hours=24))
        author = caller(at=before(booking(), hours=30))

        made = book(booking_request(), booking_id="b", fingerprint="f", caller=author, policy=hasty)

        assert made.payment_due_at == before(made, hours=24)


class TestMoneyDue:
    def test_the_balance_is_not_due_to_confirm_with_more_than_seven_days_to_the_start(self) -> None:
        made = booking(caller=caller(at=before(booking(), days=30)))

        assert (made.deposit_due, made.balance_due) == (10_000, 61_445)
        assert made.balance_due_at == before(made, days=7)

    def test_the_total_is_due_at_once_with_less_than_seven_days_to_the_start(self) -> None:
        made = booking(caller=caller(at=before(booking(), days=7) + SECOND))

        assert (made.deposit_due, made.balance_due) == (71_445, 0)
        assert made.balance_due_at == made.payment_due_at

    def test_the_balance_is_due_seven_days_before_the_start_also_on_the_last_day_of_deposits(
        self,
    ) -> None:
        """`domain.md §3`: due 7 days before the start, unless the booking is made later."""
        made = booking(caller=caller(at=before(booking(), days=7, hours=1)))

        assert made.due_to_confirm == 10_000
        assert made.balance_due_at == before(made, days=7)

    def test_a_booking_made_exactly_seven_days_before_the_start_owes_its_balance_at_once(
        self,
    ) -> None:
        made = booking(caller=caller(at=before(booking(), days=7)))

        assert made.due_to_confirm == 10_000
        assert made.balance_due_at == made.created_at < made.payment_due_at

    def test_the_deposit_is_measured_in_whole_seconds_as_every_later_change_measures_it(
        self,
    ) -> None:
        """`created_at` has whole seconds, so a change must not see an earlier booking."""
        half_a_second_late = before(booking(), days=7) + SECOND / 2
        made = booking(caller=caller(at=half_a_second_late))

        changed = change(made, Changes(special_requests="x"), caller(at=half_a_second_late)).after

        assert (made.due_to_confirm, made.balance_due_at) == (10_000, made.created_at)
        assert changed.due_to_confirm == made.due_to_confirm

    @pytest.mark.parametrize(
        ("captured", "deposit_due", "balance_due"),
        [
            (10_000, 0, 61_445),
            (50_000, 0, 21_445),
            (71_445, 0, 0),
            (80_000, 0, 0),
        ],
    )
    def test_the_whole_remainder_of_a_confirmed_booking_is_balance(
        self, captured: int, deposit_due: int, balance_due: int
    ) -> None:
        paid = confirmed(captured)

        assert (paid.deposit_due, paid.balance_due) == (deposit_due, balance_due)

    @pytest.mark.parametrize(("captured", "deposit_due"), [(0, 10_000), (4_000, 6_000)])
    def test_payments_of_a_pending_booking_count_towards_the_deposit(
        self, captured: int, deposit_due: int
    ) -> None:
        pending = holding(booking(), Balance(captured=captured))

        assert (pending.deposit_due, pending.balance_due) == (deposit_due, 61_445)

    @pytest.mark.parametrize(
        ("captured", "balance_due", "payment_status"),
        [
            (71_445 - 50, 50, PaymentStatus.DEPOSIT_PAID),
            (71_445 - 49, 0, PaymentStatus.PAID),
            (71_445 - 1, 0, PaymentStatus.PAID),
        ],
    )
    def test_a_remainder_too_small_to_charge_is_not_due_and_the_booking_is_paid(
        self, captured: int, balance_due: int, payment_status: PaymentStatus
    ) -> None:
        """`domain.md §3`: no card accepts a charge of 35 cents."""
        paid = confirmed(captured)

        assert (paid.balance_due, paid.payment_status) == (balance_due, payment_status)

    def test_a_written_off_remainder_is_due_again_when_the_price_rises(self) -> None:
        paid = confirmed(71_445 - 35)

        dearer = change(paid, Changes(travel_miles=31), admin()).after

        assert (paid.balance_due, dearer.balance_due) == (0, 235)

    @pytest.mark.parametrize(
        ("captured", "due"), [(9_950, (50, 61_445)), (9_951, (0, 61_494)), (9_999, (0, 61_446))]
    )
    def test_a_deposit_that_lacks_less_than_50_cents_is_due_with_the_balance(
        self, captured: int, due: tuple[int, int]
    ) -> None:
        pending = holding(booking(), Balance(captured=captured))

        assert (pending.deposit_due, pending.balance_due) == due

    def test_money_lost_in_a_dispute_is_due_again(self) -> None:
        lost = holding(confirmed(), Balance(captured=20_000, lost=20_000))

        assert (lost.deposit_due, lost.balance_due) == (0, 71_445)

    def test_a_refund_that_undoes_a_payment_is_due_again_and_goodwill_is_not(self) -> None:
        undone = holding(confirmed(), Balance(captured=71_445, refunded=445, uncredited=445))
        goodwill = holding(confirmed(), Balance(captured=71_445, refunded=445))

        assert (undone.balance_due, goodwill.balance_due) == (445, 0)

    def test_money_in_dispute_counts_as_paid_until_it_is_lost(self) -> None:
        disputed = holding(confirmed(), Balance(captured=71_445, disputed=71_445))

        assert disputed.balance_due == 0
        assert disputed.payment_status is PaymentStatus.DISPUTED

    @pytest.mark.parametrize(
        ("status", "balance_due"),
        [(Status.CANCELLED, 0), (Status.COMPLETED, 61_445), (Status.NO_SHOW, 61_445)],
    )
    def test_only_a_cancelled_booking_has_nothing_due(
        self, status: Status, balance_due: int
    ) -> None:
        over = in_status(status, 10_000)

        assert (over.deposit_due, over.balance_due) == (0, balance_due)


def test_the_balance_of_a_booking_is_the_sum_of_its_payments() -> None:
    two = replace(
        confirmed(), payments={"pi_1": Balance(captured=10_000, refunded=1), "pi_2": Balance(7)}
    )

    assert two.balance == Balance(captured=10_007, refunded=1)
    assert booking().balance == Balance()


def test_a_booking_completes_six_hours_after_its_start() -> None:
    assert booking().completes_at == booking().slot.starts_at + timedelta(hours=6)


@pytest.mark.parametrize("status", Status)
def test_only_a_cancelled_booking_releases_its_slot(status: Status) -> None:
    assert in_status(status).holds_slot is (status is not Status.CANCELLED)

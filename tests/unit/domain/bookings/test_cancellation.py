"""Cancellations and their refunds, with deadlines to the second (`domain.md §6`)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import (
    NOW,
    PAYMENT,
    admin,
    before,
    booking,
    caller,
    confirmed,
    holding,
    in_status,
    slot,
    snapshot,
    system,
)

from teppan.domain.bookings.booking import Cancellation, Step
from teppan.domain.bookings.cancellation import (
    CancellationRequest,
    cancel,
    cancellation_terms,
    expire,
    online_refund_percentage,
    overridden_terms,
    refund_terms,
)
from teppan.domain.bookings.errors import AlreadyCancelled, AlreadyCompleted, TooLateToCancel
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import DomainError, Forbidden, InvalidInput
from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason
from teppan.domain.ledger_balance import Balance
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.payments.posting import post_payment
from teppan.domain.policy import CURRENT
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES

LIVE = [Status.PENDING, Status.CONFIRMED]
OVER = [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW]


START = slot().starts_at
SECOND = timedelta(seconds=1)
PAID = Balance(captured=10_000)


@pytest.mark.parametrize(
    ("notice", "percentage", "amount"),
    [
        (timedelta(days=365), 97, 9_700),
        (timedelta(days=14) + SECOND, 97, 9_700),
        (timedelta(days=14), 50, 5_000),
        (timedelta(days=7), 50, 5_000),
        (timedelta(days=7) - SECOND, 0, 0),
        (timedelta(hours=48), 0, 0),
    ],
)
def test_the_refund_depends_on_the_time_left(
    notice: timedelta, percentage: int, amount: int
) -> None:
    terms = refund_terms(PAID, START, START - notice, CURRENT)

    assert (terms.base, terms.percentage, terms.amount) == (10_000, percentage, amount)


@pytest.mark.parametrize("notice", [timedelta(hours=48) - SECOND, timedelta(0), timedelta(days=-1)])
def test_a_cancellation_less_than_48_hours_before_the_start_is_too_late(notice: timedelta) -> None:
    with pytest.raises(TooLateToCancel, match="contact support"):
        refund_terms(PAID, START, START - notice, CURRENT)


@pytest.mark.parametrize(
    ("captured", "days", "amount"),
    [(50, 20, 49), (150, 20, 146), (1, 8, 1), (3, 8, 2), (71_445, 8, 35_723), (71_445, 20, 69_302)],
)
def test_the_refund_is_rounded_half_up_to_the_cent(captured: int, days: int, amount: int) -> None:
    terms = refund_terms(Balance(captured), START, START - timedelta(days=days), CURRENT)

    assert terms.amount == amount


def test_the_base_of_the_refund_is_captured_less_refunded() -> None:
    part = Balance(captured=10_000, refunded=4_000)

    assert refund_terms(part, START, START - timedelta(days=20), CURRENT).amount == 5_820


@pytest.mark.parametrize(
    ("notice", "until"),
    [
        (timedelta(days=20), timedelta(days=14)),
        (timedelta(days=14), timedelta(days=7)),
        (timedelta(days=7) - SECOND, timedelta(hours=48)),
    ],
)
def test_refund_terms_are_valid_until_worse_terms_begin(
    notice: timedelta, until: timedelta
) -> None:
    assert refund_terms(PAID, START, START - notice, CURRENT).valid_until == START - until


@pytest.mark.parametrize(
    ("limit", "notice", "percentage", "until"),
    [
        (97, timedelta(days=20), 97, timedelta(days=14)),
        (50, timedelta(days=20), 50, timedelta(days=7)),
        (50, timedelta(days=10), 50, timedelta(days=7)),
        (50, timedelta(days=5), 0, timedelta(hours=48)),
        (0, timedelta(days=300), 0, timedelta(hours=48)),
    ],
)
def test_refund_terms_after_a_move_are_limited_and_valid_until_worse_terms_begin(
    limit: int, notice: timedelta, percentage: int, until: timedelta
) -> None:
    terms = refund_terms(PAID, START, START - notice, CURRENT, limit)

    assert (terms.percentage, terms.valid_until) == (percentage, START - until)


class TestNeverConfirmed:
    """`domain.md §6`: a booking that was never confirmed refunds all that was captured."""

    @pytest.mark.parametrize("days", [20, 10, 5, 2])
    @pytest.mark.parametrize("who", [caller(), admin()])
    @pytest.mark.parametrize("limit", [100, 0])
    def test_a_pending_booking_paid_in_part_is_refunded_in_full(
        self, days: int, who: Caller, limit: int
    ) -> None:
        old = replace(in_status(Status.PENDING, 4_000), refund_limit=limit)
        at = before(old, days=days)

        step = cancel(old, CancellationRequest(), replace(who, at=at))

        assert [each.amount for each in step.entries] == [4_000]
        assert step.after.cancellation is not None
        assert step.after.cancellation.refund_percentage == 100
        terms = cancellation_terms(old, at)
        assert (terms.base, terms.percentage, terms.amount) == (4_000, 100, 4_000)
        assert terms.valid_until == before(old, hours=48)

    def test_a_pending_booking_has_the_same_cancellation_deadline(self) -> None:
        old = in_status(Status.PENDING, 4_000)

        with pytest.raises(TooLateToCancel):
            cancel(old, CancellationRequest(), caller(at=before(old, hours=48) + SECOND))
        assert online_refund_percentage(old, before(old, hours=48) + SECOND) is None

    def test_a_late_cancellation_of_a_pending_booking_by_staff_refunds_all(self) -> None:
        old = in_status(Status.PENDING, 4_000)

        step = cancel(old, CancellationRequest("Rain", 100), admin(before(old, hours=1)))

        assert [each.amount for each in step.entries] == [4_000]

    @pytest.mark.parametrize("percentage", [0, 50, 99])
    def test_staff_can_not_keep_a_part_of_a_pending_booking(self, percentage: int) -> None:
        with pytest.raises(InvalidInput) as refusal:
            cancel(in_status(Status.PENDING), CancellationRequest("Rain", percentage), admin())

        (fault,) = refusal.value.violations
        assert fault.pointer == "/refund_percentage"
        assert "leave refund_percentage out, or send 100" in fault.detail

    def test_a_loss_of_one_payment_does_not_reduce_the_full_refund_of_another(self) -> None:
        payments = {
            "pi_1": Balance(captured=4_000, refunded=1_000, lost=4_000),
            "pi_2": Balance(captured=3_000),
        }
        old = replace(booking(), payments=payments)

        step = cancel(old, CancellationRequest(), caller())

        assert [(each.payment, each.amount) for each in step.entries] == [("pi_2", 3_000)]
        late = system(old.payment_due_at + SECOND)
        assert [each.amount for each in expire(old, late).entries] == [3_000]

    def test_a_reinstated_booking_counts_as_confirmed_for_its_refund(self) -> None:
        old = booking()
        late = old.payment_due_at + SECOND
        expired = expire(old, system(late)).after
        reinstated = post_payment(
            expired, (), snapshot(captured_at=late), system(late), max_entries=MAX_STEP_ENTRIES
        ).after
        assert reinstated.status is Status.CONFIRMED

        assert cancellation_terms(reinstated, late).percentage == 97


class TestOverriddenTerms:
    @pytest.mark.parametrize(("percentage", "amount"), [(0, 0), (33, 3_300), (100, 10_000)])
    def test_overridden_terms_have_the_percentage_set_by_staff(
        self, percentage: int, amount: int
    ) -> None:
        assert overridden_terms(PAID, percentage, NOW).amount == amount

    def test_overridden_terms_never_exceed_what_is_refundable(self) -> None:
        part = Balance(captured=10_000, refunded=4_000)

        assert overridden_terms(part, 100, NOW).amount == 6_000


class TestCancel:
    @pytest.mark.parametrize("status", LIVE)
    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_a_cancelled_booking_records_who_cancelled_it_and_when_and_why(
        self, status: Status, who: Caller
    ) -> None:
        old = in_status(status)
        percentage = 100 if status is Status.PENDING else 97

        ended = cancel(old, CancellationRequest("Moving away"), who).after

        assert (ended.status, ended.version, ended.updated_at) == (Status.CANCELLED, 2, NOW)
        assert ended.cancellation == Cancellation(
            who.role, NOW, 100 * percentage, percentage, "Moving away", (PAYMENT,)
        )
        assert not ended.holds_slot

    def test_a_cancellation_adds_its_refund_obligation_to_entries_and_balance(self) -> None:
        step = cancel(confirmed(), CancellationRequest(), caller())

        (owed,) = step.entries
        assert owed == LedgerEntry(
            reference="cancellation-2-1",
            kind=EntryKind.REFUND_OWED,
            amount=9_700,
            at=NOW,
            payment=PAYMENT,
            refund="cancellation-2-1",
            reason=RefundReason.CANCELLATION,
        )
        assert step.after.payments == {
            PAYMENT: Balance(captured=10_000, refund_owed=9_700, uncredited=9_700)
        }
        assert step.after.payment_status is PaymentStatus.REFUND_PENDING

    def test_the_refund_of_a_cancellation_is_split_over_several_payments(self) -> None:
        old = replace(
            confirmed(), payments={"pi_1": Balance(captured=10_000), "pi_2": Balance(61_445)}
        )

        step = cancel(old, CancellationRequest("Chef is ill", 100), admin())

        assert [(each.payment, each.amount) for each in step.entries] == [
            ("pi_2", 61_445),
            ("pi_1", 10_000),
        ]
        assert step.after.balance.refundable == 0

    @pytest.mark.parametrize("unpaid_or_late", [(0, 20), (10_000, 5)])
    def test_a_cancellation_without_a_refund_adds_no_entry(
        self, unpaid_or_late: tuple[int, int]
    ) -> None:
        captured, days = unpaid_or_late
        old = confirmed(captured)

        step = cancel(old, CancellationRequest(), caller(at=before(old, days=days)))

        ended = step.after
        assert step.entries == ()
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
    def test_the_refund_tier_is_chosen_at_the_instant_of_the_cancellation(
        self, notice: timedelta, percentage: int
    ) -> None:
        old = confirmed()

        ended = cancel(old, CancellationRequest(), caller(at=old.slot.starts_at - notice)).after

        assert ended.cancellation is not None
        assert ended.cancellation.refund_percentage == percentage

    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_nobody_cancels_within_48_hours_of_the_start_without_an_override(
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
    def test_a_final_booking_can_not_be_cancelled(
        self, status: Status, refusal: type[DomainError], percentage: int | None
    ) -> None:
        with pytest.raises(refusal):
            cancel(in_status(status), CancellationRequest("Once more", percentage), admin())

    def test_already_completed_is_reported_before_too_late_to_cancel(self) -> None:
        over = in_status(Status.COMPLETED)

        with pytest.raises(AlreadyCompleted):
            cancellation_terms(over, over.slot.starts_at + timedelta(hours=6))


class TestOverride:
    @pytest.mark.parametrize("span", [{"days": 20}, {"hours": 1}, {"hours": -1}])
    def test_staff_override_window_and_percentage(self, span: dict[str, float]) -> None:
        old = confirmed()

        step = cancel(old, CancellationRequest("Chef is ill", 100), admin(before(old, **span)))

        ended = step.after
        assert [each.amount for each in step.entries] == [10_000]
        assert ended.cancellation is not None
        assert (ended.cancellation.by, ended.cancellation.reason) == (Role.ADMIN, "Chef is ill")

    def test_staff_override_the_refund_limit_of_a_move(self) -> None:
        moved = replace(confirmed(), refund_limit=0)

        step = cancel(moved, CancellationRequest("Chef is ill", 100), admin())

        assert [each.amount for each in step.entries] == [10_000]

    @pytest.mark.parametrize("percentage", [0, 100])
    def test_a_customer_can_not_override_the_refund(self, percentage: int) -> None:
        with pytest.raises(Forbidden):
            cancel(confirmed(), CancellationRequest("Please", percentage), caller())

    @pytest.mark.parametrize("percentage", [0, 100])
    def test_an_override_of_the_refund_needs_a_reason(self, percentage: int) -> None:
        with pytest.raises(InvalidInput) as refusal:
            cancel(confirmed(), CancellationRequest(None, percentage), admin())

        assert [fault.pointer for fault in refusal.value.violations] == ["/reason"]


def test_a_cancellation_during_a_dispute_refunds_nothing() -> None:
    disputed = holding(confirmed(), Balance(captured=10_000, disputed=10_000))

    step = cancel(disputed, CancellationRequest(), caller())

    assert step.entries == ()
    assert step.after.payment_status is PaymentStatus.DISPUTED


def test_a_dispute_over_refunded_money_makes_no_negative_refund() -> None:
    disputed = holding(confirmed(), Balance(captured=10_000, refunded=4_000, disputed=10_000))

    assert cancel(disputed, CancellationRequest(), caller()).entries == ()


def test_a_payment_lost_after_a_refund_lowers_the_base_of_the_refund() -> None:
    """`domain.md §6`: the base is captured less refunded, and the loss of one payment lowers it."""
    old = replace(
        confirmed(),
        payments={
            "pi_1": Balance(captured=10_000, refunded=4_000, lost=10_000),
            "pi_2": Balance(captured=10_000),
        },
    )

    step = cancel(old, CancellationRequest("Chef is ill", 100), admin())

    assert [(each.payment, each.amount) for each in step.entries] == [("pi_2", 6_000)]


class TestExpire:
    def test_expire_cancels_an_unpaid_booking_after_the_deadline(self) -> None:
        old = booking()
        late = system(old.payment_due_at + SECOND)

        step = expire(old, late)

        ended = step.after
        assert (ended.status, ended.version, ended.updated_at) == (Status.CANCELLED, 2, late.at)
        assert ended.cancellation == Cancellation(Role.SYSTEM, late.at, 0, 100, "payment_overdue")
        assert ended.has_expired and not ended.holds_slot
        assert step.entries == ()

    @pytest.mark.parametrize("early", [timedelta(0), SECOND, timedelta(hours=23)])
    def test_expire_changes_nothing_until_the_deadline(self, early: timedelta) -> None:
        old = booking()

        step = expire(old, system(old.payment_due_at - early))

        assert step == Step(old)
        assert step.after is old

    @pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING}))
    def test_expire_changes_only_pending_bookings(self, status: Status) -> None:
        old = in_status(status)

        assert expire(old, system(old.slot.starts_at)) == Step(old)

    def test_expire_owes_all_that_was_paid_at_any_time(self) -> None:
        old = in_status(Status.PENDING, 4_000)

        step = expire(old, system(before(old, hours=1)))

        assert [(each.kind, each.amount) for each in step.entries] == [
            (EntryKind.REFUND_OWED, 4_000)
        ]
        assert step.after.balance == Balance(captured=4_000, refund_owed=4_000, uncredited=4_000)
        assert step.after.cancellation is not None
        assert step.after.cancellation.refund_amount == 4_000

    def test_a_cancellation_by_a_customer_with_the_reason_overdue_is_no_expiry(self) -> None:
        ended = cancel(booking(), CancellationRequest("payment_overdue"), caller()).after

        assert not ended.has_expired

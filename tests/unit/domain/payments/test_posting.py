"""What money does to a booking: confirm, bring back, keep, give back (§4, §6, §7)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.builders import (
    NOW,
    PAYMENT,
    admin,
    before,
    booking,
    caller,
    confirmed,
    in_status,
    snapshot,
    system,
)

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.party import Party
from teppan.domain.bookings.transition import TRANSITIONS, Status
from teppan.domain.ledger import Balance, EntryKind, LedgerEntry
from teppan.domain.payments.dispute import Dispute, DisputeStatus, Movement
from teppan.domain.payments.effect import (
    EFFECTS_IF_SLOT_TAKEN,
    PAYMENT_EFFECTS,
    TRANSITION_CAUSES,
    PaymentEffect,
    PaymentTiming,
    payment_effect,
    payment_timing,
)
from teppan.domain.payments.posting import post_payment
from teppan.domain.payments.refund import open_obligations
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES

SECOND = timedelta(seconds=1)
OVERDUE = booking().payment_due_at + SECOND
LATE = OVERDUE + timedelta(hours=1)
STARTED = booking().slot.starts_at
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST

LAPSED = expire(booking(), system(OVERDUE)).after
CANCELLED = cancel(booking(), CancellationRequest(), caller()).after
STATUSES = {
    PaymentTiming.WHILE_PENDING: booking(),
    PaymentTiming.AFTER_START: booking(),
    PaymentTiming.WHILE_CONFIRMED: confirmed(0),
    PaymentTiming.AFTER_COMPLETION: in_status(Status.COMPLETED, 0),
    PaymentTiming.AFTER_EXPIRY: LAPSED,
    PaymentTiming.AFTER_CANCELLATION: CANCELLED,
}


class Account:
    """A booking with its ledger, told of one statement after the other."""

    def __init__(self, about: Booking, *ledger: LedgerEntry) -> None:
        self.booking = about
        self.ledger = list(ledger)

    def takes(self, step: Step) -> tuple[LedgerEntry, ...]:
        self.booking = step.after
        self.ledger += step.entries
        return step.entries

    def told(
        self, payment: PaymentSnapshot, at: datetime = NOW, *, slot_taken: bool = False
    ) -> tuple[LedgerEntry, ...]:
        return self.takes(
            post_payment(
                self.booking,
                self.ledger,
                payment,
                system(at),
                max_entries=MAX_STEP_ENTRIES,
                slot_taken=slot_taken,
            )
        )

    @property
    def balance(self) -> Balance:
        return self.booking.balance


def promised(entries: tuple[LedgerEntry, ...]) -> list[tuple[str, int]]:
    return [
        (str(each.reason), each.amount) for each in entries if each.kind is EntryKind.REFUND_OWED
    ]


def disputing(status: DisputeStatus, amount: int = 10_000) -> PaymentSnapshot:
    return snapshot(disputes=(dispute(status, amount),))


def dispute(status: DisputeStatus, amount: int = 10_000) -> Dispute:
    """Return a dispute of which all was withdrawn, and came back if it was won."""
    movements = (Movement("txn_1", -amount), Movement("txn_2", amount))
    return Dispute("dp_1", amount, status, movements[: 2 if status is WON else 1])


class TestTables:
    def test_every_payment_timing_has_an_effect_whether_covered_or_not(self) -> None:
        assert set(PAYMENT_EFFECTS) == {
            (each, covered) for each in PaymentTiming for covered in (True, False)
        }

    @pytest.mark.parametrize(
        ("covered", "expected"),
        [
            (True, {"while_pending": "confirm", "after_expiry": "reinstate"}),
            (False, {"while_pending": "keep", "after_expiry": "refund"}),
        ],
    )
    def test_the_payment_effects_are_those_of_the_rules(
        self, covered: bool, expected: dict[str, str]
    ) -> None:
        found = {each: PAYMENT_EFFECTS[each, covered] for each in PaymentTiming}

        always = {
            "after_start": "expire",
            "while_confirmed": "keep",
            "after_completion": "keep",
            "after_cancellation": "refund",
        }
        assert found == expected | always

    def test_only_reinstating_needs_the_slot_and_refunds_if_it_is_taken(self) -> None:
        assert EFFECTS_IF_SLOT_TAKEN == {PaymentEffect.REINSTATE: PaymentEffect.REFUND}

    def test_every_effect_with_a_cause_has_a_transition(self) -> None:
        assert set(TRANSITION_CAUSES) == {
            PaymentEffect.CONFIRM,
            PaymentEffect.REINSTATE,
            PaymentEffect.EXPIRE,
        }
        assert set(TRANSITION_CAUSES.values()) <= {cause for _, cause in TRANSITIONS}

    @pytest.mark.parametrize("table", [PAYMENT_EFFECTS, EFFECTS_IF_SLOT_TAKEN, TRANSITION_CAUSES])
    def test_the_tables_of_effects_are_immutable(self, table: dict[object, object]) -> None:
        with pytest.raises(TypeError):
            table["cancelled"] = "keep"


class TestPaymentTiming:
    @pytest.mark.parametrize("expected", PaymentTiming)
    def test_every_status_has_a_payment_timing(self, expected: PaymentTiming) -> None:
        at = STARTED if expected is PaymentTiming.AFTER_START else LATE

        assert payment_timing(STATUSES[expected], at) is expected

    def test_a_no_show_has_the_payment_timing_after_completion(self) -> None:
        assert payment_timing(in_status(Status.NO_SHOW), LATE) is PaymentTiming.AFTER_COMPLETION

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            (STARTED - SECOND, PaymentTiming.AFTER_EXPIRY),
            (STARTED, PaymentTiming.AFTER_CANCELLATION),
            (STARTED + timedelta(days=9), PaymentTiming.AFTER_CANCELLATION),
        ],
    )
    def test_an_expired_booking_can_be_reinstated_until_its_start(
        self, at: datetime, expected: PaymentTiming
    ) -> None:
        assert payment_timing(LAPSED, at) is expected


class TestPaymentEffect:
    @pytest.mark.parametrize("stands", PaymentTiming)
    @pytest.mark.parametrize("covered", [True, False])
    @pytest.mark.parametrize("slot_taken", [True, False])
    def test_the_payment_effect_follows_from_timing_and_coverage_and_slot(
        self, stands: PaymentTiming, covered: bool, slot_taken: bool
    ) -> None:
        paid = replace(
            STATUSES[stands], payments={PAYMENT: Balance(captured=9_951 - (not covered))}
        )

        decided = PAYMENT_EFFECTS[stands, covered]
        expected = EFFECTS_IF_SLOT_TAKEN.get(decided, decided) if slot_taken else decided
        at = STARTED if stands is PaymentTiming.AFTER_START else LATE
        assert payment_effect(paid, at, slot_taken=slot_taken) is expected


class TestPaymentOfLiveBooking:
    def test_a_deposit_confirms_the_booking(self) -> None:
        account = Account(booking())

        entries = account.told(snapshot(), LATE)

        assert [each.kind for each in entries] == [EntryKind.CAPTURED]
        assert account.booking.status is Status.CONFIRMED
        assert account.booking.version == 2
        assert account.booking.updated_at == LATE
        assert account.booking.payments == {PAYMENT: Balance(captured=10_000)}

    def test_less_than_the_deposit_does_not_confirm_the_booking(self) -> None:
        account = Account(booking())

        account.told(snapshot(9_950))

        assert account.booking.status is Status.PENDING
        assert account.balance.captured == 9_950

    def test_a_booking_is_confirmed_despite_a_remainder_too_small_to_charge(self) -> None:
        """§3: a remainder of less than 50 cents is written off."""
        account = Account(booking())

        account.told(snapshot(9_951))

        assert account.booking.status is Status.CONFIRMED
        assert (account.booking.deposit_due, account.booking.balance_due) == (0, 61_494)

    def test_two_payments_together_confirm_the_booking(self) -> None:
        account = Account(booking())
        account.told(snapshot(4_000))

        account.told(snapshot(6_000, payment="pi_2"))

        assert account.booking.status is Status.CONFIRMED

    def test_a_deposit_after_the_deadline_confirms_a_booking_that_is_still_pending(self) -> None:
        account = Account(booking())

        account.told(snapshot(), LATE)

        assert account.booking.status is Status.CONFIRMED

    def test_the_same_payment_twice_makes_one_entry_and_one_version(self) -> None:
        account = Account(booking())
        account.told(snapshot())

        again = post_payment(
            account.booking, account.ledger, snapshot(), system(LATE), max_entries=MAX_STEP_ENTRIES
        )

        assert again == Step(account.booking)
        assert again.after is account.booking

    def test_an_unpaid_intent_changes_no_booking(self) -> None:
        assert post_payment(
            booking(), [], snapshot(0), system(), max_entries=MAX_STEP_ENTRIES
        ) == Step(booking())

    def test_a_payment_of_the_balance_is_kept(self) -> None:
        account = Account(booking())
        account.told(snapshot())

        account.told(snapshot(61_445, payment="pi_2"))

        assert account.booking.payment_status == "paid"
        assert account.booking.status is Status.CONFIRMED

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_a_payment_after_the_party_is_kept(self, status: Status) -> None:
        account = Account(in_status(status, 0))

        entries = account.told(snapshot(), STARTED + timedelta(days=1))

        assert (account.booking.status, promised(entries)) == (status, [])
        assert account.balance.kept == 10_000


class TestOverpayment:
    def test_a_payment_beyond_the_total_makes_a_refund_obligation(self) -> None:
        account = Account(booking())

        entries = account.told(snapshot(80_000))

        assert promised(entries) == [("overpayment", 80_000 - 71_445)]
        assert account.booking.status is Status.CONFIRMED
        assert account.balance.credited == 71_445

    def test_a_second_full_payment_is_refunded_in_full(self) -> None:
        account = Account(booking())
        account.told(snapshot(71_445))

        entries = account.told(snapshot(71_445, payment="pi_2"))

        assert promised(entries) == [("overpayment", 71_445)]
        assert account.balance.kept == 71_445

    def test_a_lower_price_refunds_the_difference_and_a_higher_price_makes_it_due_again(
        self,
    ) -> None:
        account = Account(booking())
        account.told(snapshot(71_445))

        account.takes(change(account.booking, Changes(party=Party(10)), caller()))
        assert account.balance.refund_owed == 71_445 - 59_538
        account.takes(change(account.booking, Changes(party=Party(12)), caller()))

        assert account.booking.balance_due == 71_445 - 59_538

    def test_payments_are_no_overpayment_while_another_is_in_dispute(self) -> None:
        """The disputed one may be lost, and then nothing would be left."""
        account = Account(booking())
        account.told(snapshot())
        account.told(replace(disputing(OPEN, 61_445), payment="pi_2", captured=61_445))

        account.takes(change(account.booking, Changes(party=Party(10)), caller()))

        assert account.balance.refund_owed == 0

    def test_an_overpayment_in_dispute_is_owed_back_when_the_dispute_is_won(self) -> None:
        account = Account(booking())
        too_much = replace(disputing(OPEN, 80_000), captured=80_000)
        assert promised(account.told(too_much)) == []

        entries = account.told(replace(disputing(WON, 80_000), captured=80_000))

        assert promised(entries) == [("overpayment", 80_000 - 71_445)]


class TestLatePayment:
    def test_a_late_payment_reinstates_an_expired_booking_if_the_slot_is_free(self) -> None:
        account = Account(LAPSED)

        entries = account.told(snapshot(captured_at=LATE), LATE)

        assert account.booking.status is Status.CONFIRMED
        assert account.booking.cancellation is None
        assert account.booking.holds_slot
        assert promised(entries) == []
        assert account.booking.version == LAPSED.version + 1

    def test_a_late_payment_is_refunded_if_the_slot_is_taken(self) -> None:
        account = Account(LAPSED)

        entries = account.told(snapshot(captured_at=LATE), LATE, slot_taken=True)

        assert account.booking.status is Status.CANCELLED
        assert account.booking.cancellation == LAPSED.cancellation
        assert promised(entries) == [("late_payment", 10_000)]
        assert account.balance.kept == 0

    def test_a_late_payment_that_is_too_little_is_refunded(self) -> None:
        account = Account(LAPSED)

        entries = account.told(snapshot(9_950, captured_at=LATE), LATE)

        assert promised(entries) == [("late_payment", 9_950)]
        assert account.booking.status is Status.CANCELLED

    @pytest.mark.parametrize("at", [STARTED, STARTED + timedelta(days=3)])
    def test_a_late_payment_from_the_start_on_is_refunded(self, at: datetime) -> None:
        account = Account(LAPSED)

        entries = account.told(snapshot(captured_at=at), at)

        assert promised(entries) == [("late_payment", 10_000)]

    def test_a_payment_before_the_expiry_is_refunded_too(self) -> None:
        account = Account(LAPSED)

        entries = account.told(snapshot(captured_at=OVERDUE - SECOND), LATE, slot_taken=True)

        assert promised(entries) == [("late_payment", 10_000)]

    @pytest.mark.parametrize("captured", [5_000, 10_000])
    def test_a_payment_at_the_start_expires_a_pending_booking_and_is_refunded(
        self, captured: int
    ) -> None:
        """A bank debit may take days: what it pays for is over by then."""
        account = Account(booking())

        entries = account.told(snapshot(captured), STARTED)

        assert account.booking.has_expired
        assert not account.booking.holds_slot
        assert promised(entries) == [("overdue", captured)]
        assert account.booking.version == 2
        assert account.told(snapshot(captured), STARTED) == ()

    def test_a_payment_refunded_at_the_expiry_is_no_longer_credited(self) -> None:
        account = Account(booking())
        account.told(snapshot(4_000))
        account.takes(expire(account.booking, system(OVERDUE)))

        account.told(snapshot(6_000, payment="pi_2", captured_at=LATE), LATE)

        assert account.booking.status is Status.CANCELLED
        assert account.balance.kept == 0

    @pytest.mark.parametrize("ended", [CANCELLED, LAPSED])
    def test_the_same_late_payment_twice_is_refunded_once(self, ended: Booking) -> None:
        account = Account(ended)
        account.told(snapshot(captured_at=LATE), LATE, slot_taken=True)

        assert account.told(snapshot(captured_at=LATE), LATE, slot_taken=True) == ()

    def test_a_payment_for_a_cancelled_booking_is_refunded_even_if_the_slot_is_free(
        self,
    ) -> None:
        account = Account(CANCELLED)

        entries = account.told(snapshot(captured_at=LATE), LATE)

        assert account.booking.status is Status.CANCELLED
        assert promised(entries) == [("late_payment", 10_000)]

    @pytest.mark.parametrize("captured_at", [NOW - timedelta(days=3), NOW, LATE])
    def test_a_payment_unknown_at_the_cancellation_is_refunded_in_full_whatever_its_date(
        self, captured_at: datetime
    ) -> None:
        """A bank debit is dated when it begins, and clocks differ: what we knew then counts."""
        account = Account(CANCELLED)

        entries = account.told(snapshot(captured_at=captured_at), LATE)

        assert promised(entries) == [("late_payment", 10_000)]

    def test_a_payment_known_at_the_cancellation_is_refunded_by_its_terms_whatever_its_date(
        self,
    ) -> None:
        account = Account(booking())
        account.told(snapshot(captured_at=LATE))
        account.takes(cancel(account.booking, CancellationRequest(), caller()))

        in_dashboard = (ProviderRefund("re_1", 100, ProviderRefundStatus.SUCCEEDED),)
        account.told(snapshot(captured_at=LATE, refunds=in_dashboard), LATE)

        assert (account.balance.refund_owed, account.balance.refunded) == (9_600, 100)

    def test_a_late_payment_with_a_won_dispute_is_refunded_once(self) -> None:
        account = Account(CANCELLED)

        account.told(replace(disputing(WON), captured_at=LATE), LATE)

        assert account.balance == Balance(captured=10_000, refund_owed=10_000, returned=10_000)


class TestDisputesOfCancelledBookings:
    def cancelled(self, *told: PaymentSnapshot, percentage: int = 97) -> Account:
        account = Account(booking())
        account.told(snapshot())
        for each in told:
            account.told(each)
        request = CancellationRequest("Chef is ill", percentage)
        account.takes(cancel(account.booking, request, admin()))
        return account

    def test_a_lost_dispute_waives_the_refund_of_a_cancelled_booking(self) -> None:
        account = self.cancelled()

        account.told(disputing(LOST), LATE)

        assert account.balance == Balance(captured=10_000, lost=10_000)

    def test_an_open_dispute_keeps_the_refund_obligation_of_a_cancelled_booking(self) -> None:
        account = self.cancelled()

        account.told(disputing(OPEN), LATE)

        assert account.balance.refund_owed == 9_700

    @pytest.mark.parametrize("opened", ["before", "after"])
    def test_a_won_dispute_of_a_cancelled_booking_is_refunded_by_the_policy(
        self, opened: str
    ) -> None:
        account = self.cancelled(*([disputing(OPEN)] if opened == "before" else []))
        account.told(disputing(OPEN), LATE)

        account.told(disputing(WON), LATE)

        assert account.balance.refund_owed == 9_700
        assert account.balance.kept == 300

    def test_a_won_partial_dispute_completes_the_refund_to_the_cent(self) -> None:
        account = self.cancelled(disputing(OPEN, 3_333))
        assert account.balance.refund_owed == 6_467  # 97 % of 6 667, half up

        account.told(disputing(WON, 3_333), LATE)

        assert account.balance.refund_owed == 9_700

    def test_a_reinstated_dispute_of_a_cancelled_booking_is_refunded_by_the_policy(self) -> None:
        account = self.cancelled()
        account.told(disputing(LOST), LATE)

        account.told(disputing(WON), LATE)

        assert account.balance == Balance(captured=10_000, refund_owed=9_700, returned=9_700)

    def test_the_obligation_of_an_earlier_expiry_does_not_count_for_the_cancellation(self) -> None:
        account = Account(booking())
        account.told(snapshot(4_000))
        account.takes(expire(account.booking, system(OVERDUE)))
        paid = snapshot(payment="pi_2", captured_at=LATE)
        account.told(paid, LATE)
        disputed = replace(paid, disputes=(dispute(OPEN),))
        account.told(disputed, LATE)
        request = CancellationRequest("Chef is ill", 50)
        account.takes(cancel(account.booking, request, admin(LATE + SECOND)))

        account.told(replace(paid, disputes=(dispute(WON),)), LATE + 2 * SECOND)

        assert account.balance.kept == 5_000

    def test_a_canceled_dashboard_refund_keeps_the_refund_obligation(self) -> None:
        account = self.cancelled()
        account.told(
            snapshot(refunds=(ProviderRefund("re_1", 10_000, ProviderRefundStatus.PENDING),)), LATE
        )
        assert account.balance.refund_owed == 0

        account.told(
            snapshot(refunds=(ProviderRefund("re_1", 10_000, ProviderRefundStatus.CANCELED),)), LATE
        )

        assert account.balance.refund_owed == 9_700


class TestDisputesOfConfirmedBookings:
    def test_a_lost_dispute_is_due_again_and_the_booking_stays_confirmed(self) -> None:
        account = Account(booking())
        account.told(snapshot())

        account.told(disputing(LOST), LATE)

        assert account.booking.status is Status.CONFIRMED
        assert account.booking.balance_due == 71_445

    def test_a_lost_dispute_waives_goodwill(self) -> None:
        account = Account(booking())
        account.told(snapshot())
        dashboard = snapshot(refunds=(ProviderRefund("re_1", 4_000, ProviderRefundStatus.FAILED),))
        account.told(dashboard)
        assert account.balance.refund_owed == 4_000

        account.told(replace(dashboard, disputes=(dispute(LOST),)), LATE)

        assert account.balance == Balance(captured=10_000, lost=10_000)

    def test_waived_goodwill_is_restored_when_a_dispute_is_reversed(self) -> None:
        account = Account(booking())
        account.told(snapshot())
        failed = snapshot(refunds=(ProviderRefund("re_1", 4_000, ProviderRefundStatus.FAILED),))
        account.told(failed)
        account.told(replace(failed, disputes=(dispute(LOST),)), LATE)
        assert account.balance.refund_owed == 0

        account.told(replace(failed, disputes=(dispute(WON),)), LATE)

        assert account.balance == Balance(captured=10_000, refund_owed=4_000)
        (owed,) = open_obligations(account.ledger)
        assert (owed.promise, owed.amount) == ("re_1", 4_000)

    def test_goodwill_withdrawn_by_staff_is_not_restored(self) -> None:
        account = Account(booking())
        account.told(snapshot())
        withdrawn = snapshot(
            refunds=(ProviderRefund("re_1", 4_000, ProviderRefundStatus.CANCELED),)
        )

        account.told(withdrawn)
        account.told(replace(withdrawn, disputes=(dispute(WON),)), LATE)

        assert account.balance == Balance(captured=10_000)


def test_new_entries_make_a_new_version_even_if_the_sums_stay() -> None:
    """A dashboard refund that was made and canceled between two looks leaves its entries."""
    account = Account(booking())
    account.told(snapshot())

    entries = account.told(
        snapshot(refunds=(ProviderRefund("re_1", 500, ProviderRefundStatus.CANCELED),)), LATE
    )

    assert len(entries) == 4
    assert account.booking.version == 3
    assert account.balance == Balance(captured=10_000)


def test_a_payment_for_a_cheaper_party_does_not_cover_a_dearer_one() -> None:
    soon = caller(at=before(booking(), days=5))
    account = Account(booking(caller=soon))
    account.takes(change(account.booking, Changes(travel_miles=42), admin(soon.at)))

    account.told(snapshot(71_445, captured_at=soon.at), soon.at)

    assert account.booking.status is Status.PENDING
    assert account.booking.deposit_due == 2_400


class TestManyDashboardRefunds:
    """More than one transaction has room for: a step is full, and the next goes on."""

    @pytest.mark.parametrize("about", [booking(), CANCELLED, LAPSED])
    def test_posting_dashboard_refunds_in_portions_gives_the_same_result(
        self, about: Booking
    ) -> None:
        refunds = tuple(
            ProviderRefund(f"re_{n}", 50, ProviderRefundStatus.SUCCEEDED) for n in range(100)
        )
        whole = snapshot(refunds=refunds, captured_at=LATE)
        account = Account(about)

        steps = 1
        while len(account.told(whole, LATE, slot_taken=True)) >= MAX_STEP_ENTRIES:
            steps += 1

        assert steps > 1
        assert account.balance.refunded == 5_000
        assert account.balance.kept == (0 if about.cancellation else 5_000)
        assert account.booking.version == about.version + steps - (not account.ledger)

    def test_no_posting_has_more_entries_than_a_transaction_holds(self) -> None:
        """DynamoDB takes 100 writes: beside them the booking, its event, two slots and a mark."""
        refunds = tuple(
            ProviderRefund(f"re_{n}", 50, ProviderRefundStatus.CANCELED) for n in range(100)
        )
        account = Account(CANCELLED)

        while entries := account.told(snapshot(refunds=refunds, captured_at=LATE), LATE):
            assert len(entries) <= 95

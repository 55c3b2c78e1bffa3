"""Posting of payments: confirm, reinstate, keep or refund (`domain.md §4, §6, §7`)."""

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
    in_status,
    snapshot,
    system,
)

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.party import Party
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.posting import post_payment
from teppan.domain.payments.refund import open_obligations
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES

SECOND = timedelta(seconds=1)
OVERDUE = booking().payment_due_at + SECOND
LATE = OVERDUE + timedelta(hours=1)
STARTED = booking().slot.starts_at
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST

EXPIRED = expire(booking(), system(OVERDUE)).after
CANCELLED = cancel(booking(), CancellationRequest(), caller()).after


class BookingLedger:
    """A booking with its ledger; snapshots are posted to it one after the other."""

    def __init__(self, booking: Booking, *ledger: LedgerEntry) -> None:
        self.booking = booking
        self.ledger = list(ledger)

    def apply(self, step: Step) -> tuple[LedgerEntry, ...]:
        self.booking = step.after
        self.ledger += step.entries
        return step.entries

    def post(
        self, payment: PaymentSnapshot, at: datetime = NOW, *, slot_taken: bool = False
    ) -> tuple[LedgerEntry, ...]:
        return self.apply(
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


def obligations_in(entries: tuple[LedgerEntry, ...]) -> list[tuple[str, int]]:
    return [
        (str(each.reason), each.amount) for each in entries if each.kind is EntryKind.REFUND_OWED
    ]


def with_dispute(status: DisputeStatus, amount: int = 10_000) -> PaymentSnapshot:
    return snapshot(disputes=(dispute(status, amount),))


def dispute(status: DisputeStatus, amount: int = 10_000) -> Dispute:
    """Return a dispute that withdrew all of `amount`, and reinstated it if it was won."""
    movements = (DisputeMovement("txn_1", -amount), DisputeMovement("txn_2", amount))
    return Dispute("dp_1", amount, status, movements[: 2 if status is WON else 1])


class TestPaymentOfLiveBooking:
    def test_a_deposit_confirms_the_booking(self) -> None:
        books = BookingLedger(booking())

        entries = books.post(snapshot(), LATE)

        assert [each.kind for each in entries] == [EntryKind.CAPTURED]
        assert books.booking.status is Status.CONFIRMED
        assert books.booking.version == 2
        assert books.booking.updated_at == LATE
        assert books.booking.payments == {PAYMENT: Balance(captured=10_000)}

    def test_less_than_the_deposit_does_not_confirm_the_booking(self) -> None:
        books = BookingLedger(booking())

        books.post(snapshot(9_950))

        assert books.booking.status is Status.PENDING
        assert books.balance.captured == 9_950

    def test_a_booking_is_confirmed_despite_a_remainder_too_small_to_charge(self) -> None:
        """`domain.md §3`: a remainder of less than 50 cents is written off."""
        books = BookingLedger(booking())

        books.post(snapshot(9_951))

        assert books.booking.status is Status.CONFIRMED
        assert (books.booking.deposit_due, books.booking.balance_due) == (0, 61_494)

    def test_two_payments_together_confirm_the_booking(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(4_000))

        books.post(snapshot(6_000, payment="pi_2"))

        assert books.booking.status is Status.CONFIRMED

    def test_a_deposit_after_the_deadline_confirms_a_booking_that_is_still_pending(self) -> None:
        books = BookingLedger(booking())

        books.post(snapshot(), LATE)

        assert books.booking.status is Status.CONFIRMED

    def test_the_same_payment_twice_makes_one_entry_and_one_version(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot())

        again = post_payment(
            books.booking, books.ledger, snapshot(), system(LATE), max_entries=MAX_STEP_ENTRIES
        )

        assert again == Step(books.booking)
        assert again.after is books.booking

    def test_an_unpaid_intent_changes_no_booking(self) -> None:
        assert post_payment(
            booking(), [], snapshot(0), system(), max_entries=MAX_STEP_ENTRIES
        ) == Step(booking())

    def test_a_payment_of_the_balance_is_kept(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot())

        books.post(snapshot(61_445, payment="pi_2"))

        assert books.booking.payment_status == "paid"
        assert books.booking.status is Status.CONFIRMED

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_a_payment_after_the_party_is_kept(self, status: Status) -> None:
        books = BookingLedger(in_status(status, 0))

        entries = books.post(snapshot(), STARTED + timedelta(days=1))

        assert (books.booking.status, obligations_in(entries)) == (status, [])
        assert books.balance.kept == 10_000


class TestOverpayment:
    def test_a_payment_beyond_the_total_makes_a_refund_obligation(self) -> None:
        books = BookingLedger(booking())

        entries = books.post(snapshot(80_000))

        assert obligations_in(entries) == [("overpayment", 80_000 - 71_445)]
        assert books.booking.status is Status.CONFIRMED
        assert books.balance.credited == 71_445

    def test_a_second_full_payment_is_refunded_in_full(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(71_445))

        entries = books.post(snapshot(71_445, payment="pi_2"))

        assert obligations_in(entries) == [("overpayment", 71_445)]
        assert books.balance.kept == 71_445

    def test_a_lower_price_refunds_the_difference_and_a_higher_price_makes_it_due_again(
        self,
    ) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(71_445))

        books.apply(change(books.booking, Changes(party=Party(10)), caller()))
        assert books.balance.refund_owed == 71_445 - 59_538
        books.apply(change(books.booking, Changes(party=Party(12)), caller()))

        assert books.booking.balance_due == 71_445 - 59_538

    def test_payments_are_no_overpayment_while_another_is_in_dispute(self) -> None:
        """The disputed payment may be lost, and then nothing would be left."""
        books = BookingLedger(booking())
        books.post(snapshot())
        books.post(replace(with_dispute(OPEN, 61_445), payment="pi_2", captured=61_445))

        books.apply(change(books.booking, Changes(party=Party(10)), caller()))

        assert books.balance.refund_owed == 0

    def test_an_overpayment_in_dispute_is_owed_back_when_the_dispute_is_won(self) -> None:
        books = BookingLedger(booking())
        too_much = replace(with_dispute(OPEN, 80_000), captured=80_000)
        assert obligations_in(books.post(too_much)) == []

        entries = books.post(replace(with_dispute(WON, 80_000), captured=80_000))

        assert obligations_in(entries) == [("overpayment", 80_000 - 71_445)]


class TestLatePayment:
    def test_a_late_payment_reinstates_an_expired_booking_if_the_slot_is_free(self) -> None:
        books = BookingLedger(EXPIRED)

        entries = books.post(snapshot(captured_at=LATE), LATE)

        assert books.booking.status is Status.CONFIRMED
        assert books.booking.cancellation is None
        assert books.booking.holds_slot
        assert obligations_in(entries) == []
        assert books.booking.version == EXPIRED.version + 1

    def test_a_late_payment_is_refunded_if_the_slot_is_taken(self) -> None:
        books = BookingLedger(EXPIRED)

        entries = books.post(snapshot(captured_at=LATE), LATE, slot_taken=True)

        assert books.booking.status is Status.CANCELLED
        assert books.booking.cancellation == EXPIRED.cancellation
        assert obligations_in(entries) == [("late_payment", 10_000)]
        assert books.balance.kept == 0

    def test_a_late_payment_that_is_too_little_is_refunded(self) -> None:
        books = BookingLedger(EXPIRED)

        entries = books.post(snapshot(9_950, captured_at=LATE), LATE)

        assert obligations_in(entries) == [("late_payment", 9_950)]
        assert books.booking.status is Status.CANCELLED

    @pytest.mark.parametrize("at", [STARTED, STARTED + timedelta(days=3)])
    def test_a_late_payment_from_the_start_on_is_refunded(self, at: datetime) -> None:
        books = BookingLedger(EXPIRED)

        entries = books.post(snapshot(captured_at=at), at)

        assert obligations_in(entries) == [("late_payment", 10_000)]

    def test_a_payment_before_the_expiry_is_refunded_too(self) -> None:
        books = BookingLedger(EXPIRED)

        entries = books.post(snapshot(captured_at=OVERDUE - SECOND), LATE, slot_taken=True)

        assert obligations_in(entries) == [("late_payment", 10_000)]

    @pytest.mark.parametrize("captured", [5_000, 10_000])
    def test_a_payment_at_the_start_expires_a_pending_booking_and_is_refunded(
        self, captured: int
    ) -> None:
        """A bank debit may take days, so the party may be over when it is captured."""
        books = BookingLedger(booking())

        entries = books.post(snapshot(captured), STARTED)

        assert books.booking.has_expired
        assert not books.booking.holds_slot
        assert obligations_in(entries) == [("overdue", captured)]
        assert books.booking.version == 2
        assert books.post(snapshot(captured), STARTED) == ()

    def test_a_payment_refunded_at_the_expiry_is_no_longer_credited(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(4_000))
        books.apply(expire(books.booking, system(OVERDUE)))

        books.post(snapshot(6_000, payment="pi_2", captured_at=LATE), LATE)

        assert books.booking.status is Status.CANCELLED
        assert books.balance.kept == 0

    @pytest.mark.parametrize("ended", [CANCELLED, EXPIRED])
    def test_the_same_late_payment_twice_is_refunded_once(self, ended: Booking) -> None:
        books = BookingLedger(ended)
        books.post(snapshot(captured_at=LATE), LATE, slot_taken=True)

        assert books.post(snapshot(captured_at=LATE), LATE, slot_taken=True) == ()

    def test_a_payment_for_a_cancelled_booking_is_refunded_even_if_the_slot_is_free(
        self,
    ) -> None:
        books = BookingLedger(CANCELLED)

        entries = books.post(snapshot(captured_at=LATE), LATE)

        assert books.booking.status is Status.CANCELLED
        assert obligations_in(entries) == [("late_payment", 10_000)]

    @pytest.mark.parametrize("captured_at", [NOW - timedelta(days=3), NOW, LATE])
    def test_a_payment_unknown_at_the_cancellation_is_refunded_in_full_whatever_its_date(
        self, captured_at: datetime
    ) -> None:
        """A bank debit has the date of its start, and clocks differ. What we knew then counts."""
        books = BookingLedger(CANCELLED)

        entries = books.post(snapshot(captured_at=captured_at), LATE)

        assert obligations_in(entries) == [("late_payment", 10_000)]

    def test_a_payment_known_at_the_cancellation_is_refunded_by_its_terms_whatever_its_date(
        self,
    ) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(captured_at=LATE))
        books.apply(cancel(books.booking, CancellationRequest(), caller()))

        in_dashboard = (ProviderRefund("re_1", 100, ProviderRefundStatus.SUCCEEDED),)
        books.post(snapshot(captured_at=LATE, refunds=in_dashboard), LATE)

        assert (books.balance.refund_owed, books.balance.refunded) == (9_600, 100)

    def test_a_late_payment_with_a_won_dispute_is_refunded_once(self) -> None:
        books = BookingLedger(CANCELLED)

        books.post(replace(with_dispute(WON), captured_at=LATE), LATE)

        assert books.balance == Balance(captured=10_000, refund_owed=10_000, uncredited=10_000)


class TestDisputesOfCancelledBookings:
    def cancelled(self, *snapshots: PaymentSnapshot, percentage: int = 97) -> BookingLedger:
        books = BookingLedger(booking())
        books.post(snapshot())
        for each in snapshots:
            books.post(each)
        request = CancellationRequest("Chef is ill", percentage)
        books.apply(cancel(books.booking, request, admin()))
        return books

    def test_a_lost_dispute_waives_the_refund_of_a_cancelled_booking(self) -> None:
        books = self.cancelled()

        books.post(with_dispute(LOST), LATE)

        assert books.balance == Balance(captured=10_000, lost=10_000)

    def test_an_open_dispute_keeps_the_refund_obligation_of_a_cancelled_booking(self) -> None:
        books = self.cancelled()

        books.post(with_dispute(OPEN), LATE)

        assert books.balance.refund_owed == 9_700

    @pytest.mark.parametrize("opened", ["before", "after"])
    def test_a_won_dispute_of_a_cancelled_booking_is_refunded_by_the_policy(
        self, opened: str
    ) -> None:
        books = self.cancelled(*([with_dispute(OPEN)] if opened == "before" else []))
        books.post(with_dispute(OPEN), LATE)

        books.post(with_dispute(WON), LATE)

        assert books.balance.refund_owed == 9_700
        assert books.balance.kept == 300

    def test_a_won_partial_dispute_completes_the_refund_to_the_cent(self) -> None:
        books = self.cancelled(with_dispute(OPEN, 3_333))
        assert books.balance.refund_owed == 6_467  # 97 % of 6 667, half up

        books.post(with_dispute(WON, 3_333), LATE)

        assert books.balance.refund_owed == 9_700

    def test_a_reinstated_dispute_of_a_cancelled_booking_is_refunded_by_the_policy(self) -> None:
        books = self.cancelled()
        books.post(with_dispute(LOST), LATE)

        books.post(with_dispute(WON), LATE)

        assert books.balance == Balance(captured=10_000, refund_owed=9_700, uncredited=9_700)

    def test_the_obligation_of_an_earlier_expiry_does_not_count_for_the_cancellation(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(4_000))
        books.apply(expire(books.booking, system(OVERDUE)))
        paid = snapshot(payment="pi_2", captured_at=LATE)
        books.post(paid, LATE)
        disputed = replace(paid, disputes=(dispute(OPEN),))
        books.post(disputed, LATE)
        request = CancellationRequest("Chef is ill", 50)
        books.apply(cancel(books.booking, request, admin(LATE + SECOND)))

        books.post(replace(paid, disputes=(dispute(WON),)), LATE + 2 * SECOND)

        assert books.balance.kept == 5_000

    def test_a_canceled_dashboard_refund_keeps_the_refund_obligation(self) -> None:
        books = self.cancelled()
        books.post(
            snapshot(refunds=(ProviderRefund("re_1", 10_000, ProviderRefundStatus.PENDING),)), LATE
        )
        assert books.balance.refund_owed == 0

        books.post(
            snapshot(refunds=(ProviderRefund("re_1", 10_000, ProviderRefundStatus.CANCELED),)), LATE
        )

        assert books.balance.refund_owed == 9_700


class TestDisputesOfConfirmedBookings:
    def test_a_lost_dispute_is_due_again_and_the_booking_stays_confirmed(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot())

        books.post(with_dispute(LOST), LATE)

        assert books.booking.status is Status.CONFIRMED
        assert books.booking.balance_due == 71_445

    def test_a_lost_dispute_waives_goodwill(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot())
        dashboard = snapshot(refunds=(ProviderRefund("re_1", 4_000, ProviderRefundStatus.FAILED),))
        books.post(dashboard)
        assert books.balance.refund_owed == 4_000

        books.post(replace(dashboard, disputes=(dispute(LOST),)), LATE)

        assert books.balance == Balance(captured=10_000, lost=10_000)

    def test_waived_goodwill_is_restored_when_a_dispute_is_reversed(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot())
        failed = snapshot(refunds=(ProviderRefund("re_1", 4_000, ProviderRefundStatus.FAILED),))
        books.post(failed)
        books.post(replace(failed, disputes=(dispute(LOST),)), LATE)
        assert books.balance.refund_owed == 0

        books.post(replace(failed, disputes=(dispute(WON),)), LATE)

        assert books.balance == Balance(captured=10_000, refund_owed=4_000)
        (owed,) = open_obligations(books.ledger)
        assert (owed.reference, owed.amount) == ("re_1", 4_000)

    def test_goodwill_withdrawn_by_staff_is_not_restored(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot())
        withdrawn = snapshot(
            refunds=(ProviderRefund("re_1", 4_000, ProviderRefundStatus.CANCELED),)
        )

        books.post(withdrawn)
        books.post(replace(withdrawn, disputes=(dispute(WON),)), LATE)

        assert books.balance == Balance(captured=10_000)


def test_new_entries_make_a_new_version_even_if_the_sums_stay() -> None:
    """A dashboard refund made and canceled between two snapshots leaves entries."""
    books = BookingLedger(booking())
    books.post(snapshot())

    entries = books.post(
        snapshot(refunds=(ProviderRefund("re_1", 500, ProviderRefundStatus.CANCELED),)), LATE
    )

    assert len(entries) == 4
    assert books.booking.version == 3
    assert books.balance == Balance(captured=10_000)


def test_a_payment_for_a_cheaper_party_does_not_cover_a_dearer_one() -> None:
    soon = caller(at=before(booking(), days=5))
    books = BookingLedger(booking(caller=soon))
    books.apply(change(books.booking, Changes(travel_miles=42), admin(soon.at)))

    books.post(snapshot(71_445, captured_at=soon.at), soon.at)

    assert books.booking.status is Status.PENDING
    assert books.booking.deposit_due == 2_400


class TestManyDashboardRefunds:
    """More entries than one transaction holds: each step is full, and the next one continues."""

    @pytest.mark.parametrize("about", [booking(), CANCELLED, EXPIRED])
    def test_posting_dashboard_refunds_in_portions_gives_the_same_result(
        self, about: Booking
    ) -> None:
        refunds = tuple(
            ProviderRefund(f"re_{n}", 50, ProviderRefundStatus.SUCCEEDED) for n in range(100)
        )
        whole = snapshot(refunds=refunds, captured_at=LATE)
        books = BookingLedger(about)

        steps = 1
        while len(books.post(whole, LATE, slot_taken=True)) >= MAX_STEP_ENTRIES:
            steps += 1

        assert steps > 1
        assert books.balance.refunded == 5_000
        assert books.balance.kept == (0 if about.cancellation else 5_000)
        assert books.booking.version == about.version + steps - (not books.ledger)

    def test_no_posting_has_more_entries_than_a_transaction_holds(self) -> None:
        """DynamoDB takes 100 writes, which include the booking, its event, two slots and a mark."""
        refunds = tuple(
            ProviderRefund(f"re_{n}", 50, ProviderRefundStatus.CANCELED) for n in range(100)
        )
        books = BookingLedger(CANCELLED)

        while entries := books.post(snapshot(refunds=refunds, captured_at=LATE), LATE):
            assert len(entries) <= 95

"""Disputes: what they waive, what is owed again, and what is due again (`domain.md §6, §7`)."""

from dataclasses import replace

import pytest
from tests.builders import admin, booking, snapshot, system
from tests.unit.domain.payments.posting.booking_ledger import (
    LATE,
    LOST,
    OPEN,
    OVERDUE,
    SECOND,
    WON,
    BookingLedger,
    dispute,
    ledger_after_deposit,
    with_dashboard_refund,
    with_dispute,
)

from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.refund import open_obligations
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefundStatus


class TestDisputesOfCancelledBookings:
    def cancelled(self, *snapshots: PaymentSnapshot, percentage: int = 97) -> BookingLedger:
        books = ledger_after_deposit(*snapshots)
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
        books.post(with_dashboard_refund(ProviderRefundStatus.PENDING), LATE)
        assert books.balance.refund_owed == 0

        books.post(with_dashboard_refund(ProviderRefundStatus.CANCELED), LATE)

        assert books.balance.refund_owed == 9_700


class TestDisputesOfConfirmedBookings:
    def test_a_lost_dispute_is_due_again_and_the_booking_stays_confirmed(self) -> None:
        books = ledger_after_deposit()

        books.post(with_dispute(LOST), LATE)

        assert books.booking.status is Status.CONFIRMED
        assert books.booking.balance_due == 71_445

    def test_a_lost_dispute_waives_goodwill(self) -> None:
        books = ledger_after_deposit()
        dashboard = with_dashboard_refund(ProviderRefundStatus.FAILED, 4_000)
        books.post(dashboard)
        assert books.balance.refund_owed == 4_000

        books.post(replace(dashboard, disputes=(dispute(LOST),)), LATE)

        assert books.balance == Balance(captured=10_000, lost=10_000)

    def test_waived_goodwill_is_restored_when_a_dispute_is_reversed(self) -> None:
        books = ledger_after_deposit()
        failed = with_dashboard_refund(ProviderRefundStatus.FAILED, 4_000)
        books.post(failed)
        books.post(replace(failed, disputes=(dispute(LOST),)), LATE)
        assert books.balance.refund_owed == 0

        books.post(replace(failed, disputes=(dispute(WON),)), LATE)

        assert books.balance == Balance(captured=10_000, refund_owed=4_000)
        (owed,) = open_obligations(books.ledger)
        assert (owed.reference, owed.amount) == ("re_1", 4_000)

    def test_goodwill_withdrawn_by_staff_is_not_restored(self) -> None:
        books = ledger_after_deposit()
        withdrawn = with_dashboard_refund(ProviderRefundStatus.CANCELED, 4_000)

        books.post(withdrawn)
        books.post(replace(withdrawn, disputes=(dispute(WON),)), LATE)

        assert books.balance == Balance(captured=10_000)

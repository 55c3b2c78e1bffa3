"""Payments after the expiry or the cancellation: reinstate or refund (`domain.md §6`)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.builders import NOW, booking, caller, snapshot, system
from tests.unit.domain.payments.posting.booking_ledger import (
    CANCELLED,
    EXPIRED,
    LATE,
    OVERDUE,
    SECOND,
    STARTED,
    WON,
    BookingLedger,
    obligations_in,
    with_dispute,
)

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.snapshot import ProviderRefund, ProviderRefundStatus


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

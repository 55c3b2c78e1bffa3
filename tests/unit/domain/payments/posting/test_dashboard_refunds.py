"""Refunds made in the dashboard, also more than a transaction holds (`domain.md §7`)."""

import pytest
from tests.builders import booking, snapshot
from tests.unit.domain.payments.posting.booking_ledger import (
    CANCELLED,
    EXPIRED,
    LATE,
    BookingLedger,
    ledger_after_deposit,
    with_dashboard_refund,
)

from teppan.domain.bookings.booking import Booking
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.snapshot import ProviderRefund, ProviderRefundStatus
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES


def test_new_entries_make_a_new_version_even_if_the_sums_stay() -> None:
    """A dashboard refund made and canceled between two snapshots leaves entries."""
    books = ledger_after_deposit()

    entries = books.post(with_dashboard_refund(ProviderRefundStatus.CANCELED, 500), LATE)

    assert len(entries) == 4
    assert books.booking.version == 3
    assert books.balance == Balance(captured=10_000)


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

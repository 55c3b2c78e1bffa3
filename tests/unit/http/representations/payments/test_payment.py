"""Payments and refunds as JSON of the contract."""

from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW, attempt, confirmed, ledger_entry, snapshot
from tests.unit.http.representations.plain import plain

from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.payments.attempt import Intent, IntentStatus
from teppan.http.representations.payments import payment as represent
from teppan.services.payments.apply_payment import AppliedPayment
from teppan.services.payments.create_payment_intent import OpenedIntent
from teppan.services.payments.refund_payment import RefundResult

BOOKING = confirmed()
INTENT = Intent(
    id="pi_1",
    status=IntentStatus.REQUIRES_ACTION,
    amount=10_000,
    client_secret="pi_1_secret_x",
)
GOODWILL, SENT, DONE = EntryKind.GOODWILL_OWED, EntryKind.REFUND_SENT, EntryKind.REFUNDED
FAILED, WAIVED = EntryKind.REFUND_FAILED, EntryKind.GOODWILL_WAIVED


def test_a_payment_intent_has_its_client_secret() -> None:
    opened = OpenedIntent(attempt(booking_id=BOOKING.id), INTENT)

    assert plain(represent.payment_intent(opened)) == {
        "payment_intent_id": "pi_1",
        "client_secret": "pi_1_secret_x",
        "booking_id": BOOKING.id,
        "payment_type": "deposit",
        "amount": 10_000,
        "currency": "usd",
        "status": "requires_action",
    }


def test_a_confirmation_has_the_status_of_the_payment_and_its_booking() -> None:
    applied = AppliedPayment(BOOKING, snapshot(), ())

    assert plain(represent.confirmation(applied)) == {
        "payment_intent_id": "pi_1",
        "payment_type": "deposit",
        "status": "succeeded",
        "amount": 10_000,
        "currency": "usd",
        "booking_id": BOOKING.id,
        "version": 1,
        "booking_status": "confirmed",
        "payment_status": "deposit_paid",
    }


def entry(kind: EntryKind, amount: int = 3_000, n: int = 1, **changes: Any) -> LedgerEntry:
    """Return a ledger entry of the refund obligation `ref_x-<n>`."""
    obligation_id = f"ref_x-{n}"
    reference = obligation_id if kind is GOODWILL else f"re_{n}"
    return ledger_entry(kind, amount, **{"reference": reference, "refund": obligation_id} | changes)


class TestRefund:
    def test_a_new_refund_has_an_estimated_date(self) -> None:
        refunded = RefundResult("ref_x", BOOKING, (entry(GOODWILL), entry(GOODWILL, 500, 2)))

        assert plain(represent.refund(refunded, "Cold rice")) == {
            "refund_id": "ref_x",
            "booking_id": BOOKING.id,
            "version": 1,
            "amount": 3_500,
            "currency": "usd",
            "reason": "Cold rice",
            "refund_status": "pending",
            "created_at": "2026-11-23T18:00:00Z",
            "estimated_refund_date": "2026-12-03",
        }

    def test_the_estimated_refund_date_is_a_day_at_the_venue(self) -> None:
        # Eight in the evening of the 23rd: in UTC it is the 24th.
        obligation = entry(GOODWILL, at=NOW + timedelta(hours=10))

        shown = plain(represent.refund(RefundResult("ref_x", BOOKING, (obligation,)), "Cold rice"))

        assert (shown["created_at"], shown["estimated_refund_date"]) == (
            "2026-11-24T04:00:00Z",
            "2026-12-03",
        )

    @pytest.mark.parametrize(
        ("kinds", "status"),
        [
            ([GOODWILL], "pending"),
            ([GOODWILL, SENT, DONE], "succeeded"),
            ([GOODWILL, SENT, FAILED], "failed"),
            ([GOODWILL, WAIVED], "canceled"),
        ],
    )
    def test_a_refund_has_its_status_and_the_amount_of_its_obligation(
        self, kinds: list[EntryKind], status: str
    ) -> None:
        refunded = RefundResult("ref_x", BOOKING, tuple(entry(kind) for kind in kinds))

        shown = plain(represent.refund(refunded, "Cold rice"))

        assert (shown["refund_status"], shown["amount"]) == (status, 3_000)
        # Only a pending refund has a date.
        assert ("estimated_refund_date" in shown) == (status == "pending")

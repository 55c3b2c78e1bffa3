"""A booking's ledger and balance as JSON of the contract."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.builders import NOW, attempt, confirmed, holding, ledger_entry
from tests.unit.http.representations.plain import plain

from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.attempt import IntentStatus
from teppan.http.representations.payments import ledger as represent
from teppan.services.payments.list_payments import PaymentHistory

BOOKING = confirmed()
GOODWILL = EntryKind.GOODWILL_OWED


def entry(kind: EntryKind, amount: int = 3_000, n: int = 1, **changes: Any) -> LedgerEntry:
    """Return a ledger entry of the refund obligation `ref_x-<n>`."""
    refund = f"ref_x-{n}"
    reference = refund if kind is GOODWILL else f"re_{n}"
    return ledger_entry(kind, amount, **{"reference": reference, "refund": refund} | changes)


class TestAccount:
    def test_an_account_without_payments_is_empty_and_zero(self) -> None:
        unpaid = holding(BOOKING, Balance())

        shown = plain(represent.history(PaymentHistory(unpaid, [], [])))

        assert (shown["payments"], shown["entries"]) == ([], [])
        assert set(shown["balance"].values()) == {0}

    def test_an_account_has_balance_payments_and_entries(self) -> None:
        balance = Balance(10_000, 1, 2, 3, 4, 5, 6)
        paid = attempt(intent="pi_1", status=IntentStatus.SUCCEEDED)
        owed = entry(GOODWILL, reason=RefundReason.STAFF, at=NOW + timedelta(hours=1))

        shown = represent.history(
            PaymentHistory(
                holding(BOOKING, balance),
                [paid, replace(attempt(), number=2)],
                [ledger_entry(EntryKind.CAPTURED), owed],
            )
        )

        assert plain(shown) == {
            "booking_id": BOOKING.id,
            "version": 1,
            "booking_status": "confirmed",
            "payment_status": "disputed",
            "total": 71_445,
            "deposit_due": 0,
            "balance_due": 71_445 - (10_000 - 6 - 4),
            "currency": "usd",
            "balance": {
                "captured": 10_000,
                "refund_owed": 1,
                "refund_sent": 2,
                "refunded": 3,
                "disputed": 5,
                "lost": 6,
                "refundable": 10_000 - 1 - 2 - 3 - 5 - 6,
                "credited": 10_000 - 6 - 4,
            },
            "payments": [
                {
                    "payment_type": "deposit",
                    "attempt": 1,
                    "amount": 10_000,
                    "status": "succeeded",
                    "payment_intent_id": "pi_1",
                    "created_at": "2026-11-23T18:00:00Z",
                },
                {
                    "payment_type": "deposit",
                    "attempt": 2,
                    "amount": 10_000,
                    "status": "requires_payment_method",
                    "created_at": "2026-11-23T18:00:00Z",
                },
            ],
            "entries": [
                {
                    "reference": "pi_1",
                    "kind": "captured",
                    "amount": 10_000,
                    "at": "2026-11-23T18:00:00Z",
                    "payment_intent_id": "pi_1",
                },
                {
                    "reference": "ref_x-1",
                    "kind": "goodwill_owed",
                    "amount": 3_000,
                    "at": "2026-11-23T19:00:00Z",
                    "payment_intent_id": "pi_1",
                    "refund": "ref_x-1",
                    "reason": "staff",
                },
            ],
        }

    def test_an_account_never_contains_a_client_secret(self) -> None:
        shown = represent.history(PaymentHistory(BOOKING, [attempt(intent="pi_1")], []))

        assert "secret" not in json.dumps(shown)

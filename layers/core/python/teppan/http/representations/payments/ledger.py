"""A booking's ledger and balance as JSON (`domain.md §7`)."""

from typing import Any

from teppan.clock import to_rfc3339
from teppan.domain.bookings.booking import Booking
from teppan.domain.ledger import LedgerEntry
from teppan.domain.payments.attempt import PaymentAttempt
from teppan.http.representations import present
from teppan.services.payments.list_payments import PaymentHistory


def history(history: PaymentHistory) -> dict[str, Any]:
    """Return a booking's balance, payment attempts and ledger entries."""
    booking, balance = history.booking, history.booking.balance
    return {
        **statuses(booking),
        "total": booking.price.total,
        "deposit_due": booking.deposit_due,
        "balance_due": booking.balance_due,
        "currency": booking.price.currency,
        "balance": {
            "captured": balance.captured,
            "refunded": balance.refunded,
            "refund_owed": balance.refund_owed,
            "refund_sent": balance.refund_sent,
            "disputed": balance.disputed,
            "lost": balance.lost,
            "refundable": balance.refundable,
            "credited": balance.credited,
        },
        "payments": [_attempt(each) for each in history.attempts],
        "entries": [_entry(each) for each in history.ledger],
    }


def statuses(booking: Booking) -> dict[str, Any]:
    """Return the status of a booking and of its payment."""
    return {
        "booking_id": booking.id,
        "version": booking.version,
        "booking_status": booking.status,
        "payment_status": booking.payment_status,
    }


def _attempt(attempt: PaymentAttempt) -> dict[str, Any]:
    return present(
        payment_type=attempt.type,
        attempt=attempt.number,
        amount=attempt.amount,
        status=attempt.status,
        payment_intent_id=attempt.intent,
        created_at=to_rfc3339(attempt.opened_at),
    )


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    return present(
        reference=entry.reference,
        kind=entry.kind,
        amount=entry.amount,
        at=to_rfc3339(entry.at),
        payment_intent_id=entry.payment,
        refund=entry.refund,
        dispute=entry.dispute,
        reason=entry.reason,
    )

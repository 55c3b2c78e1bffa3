"""Payments and refunds as JSON (`domain.md §7`)."""

from typing import Any

from teppan.clock import to_rfc3339
from teppan.domain.ledger import OBLIGATION_KINDS
from teppan.domain.payments.refund import RefundStatus, refund_status
from teppan.http.representations import present
from teppan.http.representations.payments.ledger import statuses
from teppan.services.payments.apply_payment import AppliedPayment
from teppan.services.payments.create_payment_intent import OpenedIntent
from teppan.services.payments.refund_payment import RefundResult


def payment_intent(opened: OpenedIntent) -> dict[str, Any]:
    """Return the payment intent with the client secret that the customer pays with."""
    return {
        "payment_intent_id": opened.intent.id,
        "client_secret": opened.intent.client_secret,
        "booking_id": opened.attempt.booking_id,
        "payment_type": opened.attempt.type,
        "amount": opened.intent.amount,
        "currency": opened.attempt.currency,
        "status": opened.intent.status,
    }


def confirmation(applied: AppliedPayment) -> dict[str, Any]:
    """Return the status of a payment and of its booking."""
    snapshot = applied.snapshot
    return {
        "payment_intent_id": snapshot.payment,
        "payment_type": snapshot.type,
        "status": snapshot.status,
        "amount": snapshot.amount,
        "currency": applied.booking.price.currency,
        **statuses(applied.booking),
    }


def refund(refunded: RefundResult, reason: str) -> dict[str, Any]:
    """Return a refund with its status; a pending refund has an estimated date of arrival."""
    obligations = [each for each in refunded.entries if each.kind in OBLIGATION_KINDS]
    created_at = obligations[0].at
    status = refund_status(refunded.entries)
    booking, policy = refunded.booking, refunded.booking.policy
    arrival = created_at.astimezone(policy.zone) + policy.refund_arrival
    is_pending = status is RefundStatus.PENDING
    return present(
        refund_id=refunded.id,
        booking_id=booking.id,
        version=booking.version,
        amount=sum(each.amount for each in obligations),
        currency=booking.price.currency,
        reason=reason,
        refund_status=status,
        created_at=to_rfc3339(created_at),
        estimated_refund_date=arrival.date().isoformat() if is_pending else None,
    )

"""Payments and refunds as JSON (`domain.md §7`)."""

from typing import Any

from teppan.clock import to_rfc3339
from teppan.domain.ledger import OBLIGATION_KINDS
from teppan.domain.payments.refund import RefundStatus, refund_status
from teppan.http.representations import present
from teppan.http.representations.payments.ledger import standing
from teppan.services.payments.apply_payment import Applied
from teppan.services.payments.create_payment_intent import Opened
from teppan.services.payments.refund_payment import Refunded


def payment_intent(opened: Opened) -> dict[str, Any]:
    """Return the intent with the secret that lets its customer pay it."""
    return {
        "payment_intent_id": opened.intent.id,
        "client_secret": opened.intent.client_secret,
        "booking_id": opened.attempt.booking_id,
        "payment_type": opened.attempt.type,
        "amount": opened.intent.amount,
        "currency": opened.attempt.currency,
        "status": opened.intent.status,
    }


def confirmation(applied: Applied) -> dict[str, Any]:
    """Return what became of a payment and of its booking."""
    snapshot = applied.snapshot
    return {
        "payment_intent_id": snapshot.payment,
        "payment_type": snapshot.type,
        "status": snapshot.status,
        "amount": snapshot.amount,
        "currency": applied.booking.price.currency,
        **standing(applied.booking),
    }


def refund(made: Refunded, reason: str) -> dict[str, Any]:
    """Return a refund as it stands; its date is an estimate, and there while it is on its way."""
    promised = [each for each in made.entries if each.kind in OBLIGATION_KINDS]
    status = refund_status(made.entries)
    zone, arrival = made.booking.policy.zone, made.booking.policy.refund_arrival
    on_its_way = status is RefundStatus.PENDING
    return present(
        refund_id=made.id,
        booking_id=made.booking.id,
        version=made.booking.version,
        amount=sum(each.amount for each in promised),
        currency=made.booking.price.currency,
        reason=reason,
        refund_status=status,
        created_at=to_rfc3339(promised[0].at),
        estimated_refund_date=(promised[0].at.astimezone(zone) + arrival).date().isoformat()
        if on_its_way
        else None,
    )

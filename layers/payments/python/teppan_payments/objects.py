"""Stripe's objects as ours: payment intents with their refunds and disputes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from teppan.domain.bookings.dues import PaymentType
from teppan.domain.payments.attempt import Intent, IntentStatus
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.errors import PaymentUnreadable, WrongPaymentMode
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.observability.log import logger
from teppan_payments.client import check_payment_mode

type Json = dict[str, Any]

# Metadata may hold 500 characters of any kind. A value of another form must never become a key.
_BOOKING_ID: Final = re.compile(r"[a-z0-9_]{1,64}")
_ATTEMPT: Final = re.compile(r"[0-9]{1,4}")
_DISPUTE_STATUSES: Final = {
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}


def intent_of(intent: Json) -> Intent:
    """Return the payment intent; raises `WrongPaymentMode`."""
    if not check_payment_mode(is_live=intent["livemode"]):
        raise WrongPaymentMode
    return Intent(
        id=intent["id"],
        status=intent_status(intent["status"]),
        amount=intent["amount"],
        client_secret=intent["client_secret"],
    )


def intent_status(status: str) -> IntentStatus:
    """Return the status of a payment intent; raises `PaymentUnreadable` for an unknown one."""
    try:
        return IntentStatus(status)
    except ValueError as error:
        raise PaymentUnreadable from error


def is_ours(metadata: Mapping[str, str]) -> bool:
    """Return whether our code made the payment intent: others may use the same Stripe account."""
    return (
        {"booking_id", "payment_type", "attempt"} <= metadata.keys()
        and metadata["payment_type"] in set(PaymentType)
        and bool(_BOOKING_ID.fullmatch(metadata["booking_id"]))
        and bool(_ATTEMPT.fullmatch(metadata["attempt"]))
    )


def snapshot_of(intent: Json, refunds: Iterable[Json], disputes: Iterable[Json]) -> PaymentSnapshot:
    """Return the snapshot of a payment intent of ours, with its refunds and disputes."""
    charge = intent.get("latest_charge")
    return PaymentSnapshot(
        payment=intent["id"],
        booking_id=intent["metadata"]["booking_id"],
        type=PaymentType(intent["metadata"]["payment_type"]),
        attempt=int(intent["metadata"]["attempt"]),
        status=intent_status(intent["status"]),
        amount=intent["amount"],
        captured=intent["amount_received"],
        captured_at=datetime.fromtimestamp((charge or intent)["created"], UTC),
        refunds=tuple(_refund(each) for each in _oldest_first(refunds)),
        disputes=tuple(_dispute(each) for each in _oldest_first(disputes)),
    )


def is_fee(transaction: Json) -> bool:
    """Return whether a balance transaction is a fee of Stripe.

    Other transactions have their fee in a field of its own, so their amount excludes it.
    """
    return transaction.get("reporting_category") == "fee"


def _oldest_first(objects: Iterable[Json]) -> list[Json]:
    return sorted(objects, key=lambda each: (each["created"], each["id"]))


def _refund(refund: Json) -> ProviderRefund:
    return ProviderRefund(
        id=refund["id"],
        amount=refund["amount"],
        status=_refund_status(refund),
        obligation=(refund.get("metadata") or {}).get("refund"),
    )


def _refund_status(refund: Json) -> ProviderRefundStatus:
    """Return the status of a refund; one without a known status counts as pending."""
    try:
        return ProviderRefundStatus(refund["status"])
    except ValueError:
        logger.error("unknown refund status", refund=refund["id"])
        return ProviderRefundStatus.PENDING


def _dispute(dispute: Json) -> Dispute:
    movements = tuple(_movements(dispute))
    status = _dispute_status(dispute["status"], movements)
    return Dispute(dispute["id"], dispute["amount"], status, movements)


def _movements(dispute: Json) -> Iterator[DisputeMovement]:
    """Yield the dispute's withdrawals and reinstatements without fees, oldest first.

    Stripe may withdraw several times and reinstate a part. A dispute that was won in part has the
    status `lost` (support.stripe.com, "Dispute for full charge amount after a partial refund").
    """
    for transaction in _oldest_first(dispute["balance_transactions"]):
        if transaction["amount"] and not is_fee(transaction):
            yield DisputeMovement(transaction["id"], transaction["amount"])


def _dispute_status(status: str, movements: tuple[DisputeMovement, ...]) -> DisputeStatus:
    """Return the status of a dispute.

    A closed inquiry, a prevented dispute or an unknown status is lost if it has moved money.
    """
    if status in _DISPUTE_STATUSES:
        return _DISPUTE_STATUSES[status]
    return DisputeStatus.LOST if movements else DisputeStatus.INQUIRY

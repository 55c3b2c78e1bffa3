"""Stripe as the services ask it (`teppan.services.payments.provider`): its objects as ours."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import stripe

from teppan.domain.alarm import Alarm
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.money import Cents
from teppan.domain.payments.attempt import Intent, IntentStatus, PaymentAttempt
from teppan.domain.payments.dispute import Dispute, DisputeStatus, Movement
from teppan.domain.payments.errors import (
    EventNotOurs,
    PaymentRefused,
    PaymentUnknown,
    PaymentUnreadable,
    WrongPaymentMode,
)
from teppan.domain.payments.event import PaymentEvent
from teppan.domain.payments.refund import RefundObligation
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.domain.webhook import MAX_ID_LENGTH
from teppan.observability.log import logger
from teppan.observability.metrics import emit_alarm_metric
from teppan.services.payments.provider import RefundRefusedError
from teppan_payments.client import Ask, Stripe, connect, fits_stage
from teppan_payments.events import HANDLED, event_of
from teppan_payments.refusals import Call, Meaning, RefusedError, refused

_PAGE: Final = 100
# Metadata may have 500 characters of any kind; what is not like ours never becomes a key.
_BOOKING_ID: Final = re.compile(r"[a-z0-9_]{1,64}")
_ATTEMPT: Final = re.compile(r"[0-9]{1,4}")
_STATUSES: Final = {
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}

type Json = dict[str, Any]


def provider() -> "StripeProvider":
    """Return the gateway through the process's one client."""
    return StripeProvider(connect())


class StripeProvider:
    """The gateway to Stripe; `teppan.services.payments.provider` documents each method."""

    def __init__(self, api: Stripe) -> None:
        """Ask through `api`."""
        self._api = api

    def open(self, attempt: PaymentAttempt) -> Intent:
        """Make the intent of the attempt, under the attempt's own key."""
        metadata = {
            "booking_id": attempt.booking_id,
            "payment_type": attempt.type.value,
            "attempt": str(attempt.number),
        }
        try:
            made = self._ask(
                Call.OPEN,
                lambda client, options: client.v1.payment_intents.create(
                    {
                        "amount": attempt.amount,
                        "currency": attempt.currency,
                        "automatic_payment_methods": {"enabled": True},
                        "metadata": metadata,
                    },
                    options,
                ),
                attempt.key,
            )
        except RefusedError as error:
            raise PaymentRefused from error
        return _intent(made.to_dict())

    def intent(self, intent_id: str) -> Intent:
        """Return the intent as it is now."""
        found = self._retrieve(intent_id)
        if found is None:
            logger.error("payment unknown to Stripe", payment=intent_id)
            emit_alarm_metric(Alarm.REQUESTS_REJECTED, 1)
            raise PaymentUnknown
        return _intent(found)

    def cancel(self, intent_id: str) -> IntentStatus:
        """Cancel the intent; one that has gone too far is told as it is."""
        try:
            canceled = self._ask(
                Call.CANCEL,
                lambda client, options: client.v1.payment_intents.cancel(
                    intent_id, options=options
                ),
            )
        except RefusedError:
            return self.intent(intent_id).status
        return _intent_status(canceled.status)

    def snapshot(self, intent_id: str) -> PaymentSnapshot | None:
        """Return the payment with its charge, refunds and disputes."""
        intent = self._retrieve(intent_id, "latest_charge.refunds")
        if intent is None or not _is_ours(intent["metadata"]):
            return None
        if not fits_stage(is_live=intent["livemode"]):
            return None
        charge = intent.get("latest_charge")
        return PaymentSnapshot(
            payment=intent["id"],
            booking_id=intent["metadata"]["booking_id"],
            type=PaymentType(intent["metadata"]["payment_type"]),
            attempt=int(intent["metadata"]["attempt"]),
            status=_intent_status(intent["status"]),
            amount=intent["amount"],
            captured=intent["amount_received"],
            captured_at=datetime.fromtimestamp((charge or intent)["created"], UTC),
            refunds=tuple(self._refunds(intent["id"], charge)) if charge else (),
            disputes=tuple(self._disputes(intent["id"])) if charge and charge["disputed"] else (),
        )

    def send_refund(self, booking_id: str, refund: RefundObligation) -> None:
        """Make the refund, named in its metadata; what Stripe refuses stays owed."""
        try:
            self._ask(
                Call.REFUND,
                lambda client, options: client.v1.refunds.create(
                    {
                        "payment_intent": refund.payment,
                        "amount": refund.amount,
                        "metadata": {"booking_id": booking_id, "refund": refund.promise},
                    },
                    options,
                ),
                f"{booking_id}:{refund.name}",
            )
        except RefusedError as error:
            raise RefundRefusedError(
                error.code,
                is_final=error.meaning is Meaning.FINAL,
                is_disputed=error.meaning is Meaning.DISPUTED,
            ) from error

    def events(self, since: datetime) -> Iterator[PaymentEvent]:
        """Yield the events since then; Stripe tells the newest first, so all are read before.

        One that is like no event of Stripe's, or not for us, is logged and left out: the others do
        not wait for it.
        """
        found = self._api.all_of(
            lambda client, options: client.v1.events.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "types": sorted(HANDLED),
                    "limit": _PAGE,
                },
                options,
            )
        )
        for document in reversed(found):
            try:
                yield event_of(document)
            except (ValueError, EventNotOurs):
                logger.error("odd event", event_id=str(document.get("id"))[:MAX_ID_LENGTH])

    def movements(self, since: datetime) -> Iterator[tuple[str, Cents]]:
        """Yield the balance's movements that belong to a payment intent, before fees."""
        found = self._api.all_of(
            lambda client, options: client.v1.balance_transactions.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "expand": ["data.source"],
                    "limit": _PAGE,
                },
                options,
            )
        )
        for movement in found:
            payment = (movement.get("source") or {}).get("payment_intent")
            if payment and not _is_fee(movement):
                yield payment, movement["amount"]

    def _ask(self, call: Call, ask: Ask, idempotency_key: str | None = None) -> Any:
        """Return what Stripe answers; raises as `Stripe.call` does, and `RefusedError`."""
        try:
            return self._api.call(ask, idempotency_key)
        except stripe.InvalidRequestError as error:
            raise refused(call, error) from error

    def _retrieve(self, intent_id: str, *expand: str) -> Json | None:
        try:
            found = self._ask(
                Call.RETRIEVE,
                lambda client, options: client.v1.payment_intents.retrieve(
                    intent_id, {"expand": list(expand)} if expand else {}, options
                ),
            )
        except RefusedError:
            return None
        plain: Json = found.to_dict()
        return plain

    def _refunds(self, intent_id: str, charge: Json) -> Iterator[ProviderRefund]:
        page = charge["refunds"]
        found = page["data"] if not page["has_more"] else self._all_refunds(intent_id)
        for each in sorted(found, key=lambda refund: (refund["created"], refund["id"])):
            yield ProviderRefund(
                id=each["id"],
                amount=each["amount"],
                status=_refund_status(each),
                promise=(each.get("metadata") or {}).get("refund"),
            )

    def _all_refunds(self, intent_id: str) -> list[Json]:
        return self._api.all_of(
            lambda client, options: client.v1.refunds.list(
                {"payment_intent": intent_id, "limit": _PAGE}, options
            )
        )

    def _disputes(self, intent_id: str) -> Iterator[Dispute]:
        found = self._api.all_of(
            lambda client, options: client.v1.disputes.list(
                {"payment_intent": intent_id, "limit": _PAGE}, options
            )
        )
        for each in sorted(found, key=lambda dispute: (dispute["created"], dispute["id"])):
            movements = tuple(_movements(each))
            yield Dispute(each["id"], each["amount"], _dispute_status(each, movements), movements)


def _intent(plain: Mapping[str, Any]) -> Intent:
    """Return the intent; raises `WrongPaymentMode`."""
    if not fits_stage(is_live=plain["livemode"]):
        raise WrongPaymentMode
    return Intent(
        id=plain["id"],
        status=_intent_status(plain["status"]),
        amount=plain["amount"],
        client_secret=plain["client_secret"],
    )


def _is_ours(metadata: Mapping[str, str]) -> bool:
    """Whether our own code has made the intent: the account may serve others too."""
    return (
        {"booking_id", "payment_type", "attempt"} <= metadata.keys()
        and metadata["payment_type"] in set(PaymentType)
        and bool(_BOOKING_ID.fullmatch(metadata["booking_id"]))
        and bool(_ATTEMPT.fullmatch(metadata["attempt"]))
    )


def _intent_status(word: str) -> IntentStatus:
    """Return the status; raises `PaymentUnreadable` for a word that is new to us."""
    try:
        return IntentStatus(word)
    except ValueError as error:
        raise PaymentUnreadable from error


def _refund_status(refund: Json) -> ProviderRefundStatus:
    """Return the status; a refund without one, as Stripe allows, is on its way."""
    try:
        return ProviderRefundStatus(refund["status"])
    except ValueError:
        logger.error("odd refund", refund=refund["id"])
        return ProviderRefundStatus.PENDING


def _movements(dispute: Json) -> Iterator[Movement]:
    """Yield what the dispute moved, fees apart, oldest first.

    Stripe may withdraw several times and give back in part; it calls a dispute that was won in
    part `lost` (support.stripe.com, "Dispute for full charge amount after a partial refund").
    """
    moved = dispute["balance_transactions"]
    for each in sorted(moved, key=lambda transaction: (transaction["created"], transaction["id"])):
        if each["amount"] and not _is_fee(each):
            yield Movement(each["id"], each["amount"])


def _is_fee(movement: Json) -> bool:
    """Return whether a balance transaction is a fee of Stripe's own; others name theirs apart."""
    return movement.get("reporting_category") == "fee"


def _dispute_status(dispute: Json, movements: tuple[Movement, ...]) -> DisputeStatus:
    """Return the status; an inquiry that ended, or one prevented, may have moved money or none."""
    status = dispute["status"]
    if status in _STATUSES:
        return _STATUSES[status]
    return DisputeStatus.LOST if movements else DisputeStatus.INQUIRY

"""Stripe as the payment provider of the services (`teppan.services.payments.provider`)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import stripe

from teppan.domain.alarm import Alarm
from teppan.domain.money import Cents
from teppan.domain.payments.attempt import Intent, IntentStatus, PaymentAttempt
from teppan.domain.payments.errors import EventNotOurs, PaymentRefused, PaymentUnknown
from teppan.domain.payments.event import PaymentEvent
from teppan.domain.payments.refund import RefundObligation
from teppan.domain.payments.snapshot import PaymentSnapshot
from teppan.domain.webhook_event import MAX_ID_LENGTH
from teppan.observability.log import logger
from teppan.observability.metrics import emit_alarm_metric
from teppan.services.payments.provider import RefundRefusedError
from teppan_payments.client import Stripe, StripeRequest, check_payment_mode, connect
from teppan_payments.events import HANDLED, event_of
from teppan_payments.objects import Json, intent_of, intent_status, is_fee, is_ours, snapshot_of
from teppan_payments.refusals import Meaning, RefusedError, StripeCall, error_for_refusal

_PAGE_SIZE: Final = 100


def provider() -> "StripeProvider":
    """Return the provider that uses the process's client."""
    return StripeProvider(connect())


class StripeProvider:
    """The calls to Stripe; `teppan.services.payments.provider` documents each method."""

    def __init__(self, api: Stripe) -> None:
        """Call Stripe through `api`."""
        self._api = api

    def open(self, attempt: PaymentAttempt) -> Intent:
        """Create the payment intent of the attempt, with the attempt's idempotency key."""
        metadata = {
            "booking_id": attempt.booking_id,
            "payment_type": attempt.type.value,
            "attempt": str(attempt.number),
        }
        try:
            intent = self._ask(
                StripeCall.OPEN,
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
        return intent_of(intent.to_dict())

    def intent(self, intent_id: str) -> Intent:
        """Return the current payment intent."""
        intent = self._retrieve(intent_id)
        if intent is None:
            logger.error("payment unknown to Stripe", payment=intent_id)
            emit_alarm_metric(Alarm.REQUESTS_REJECTED, 1)
            raise PaymentUnknown
        return intent_of(intent)

    def cancel(self, intent_id: str) -> IntentStatus:
        """Cancel the payment intent; if it is too late for that, return its current status."""
        try:
            canceled = self._ask(
                StripeCall.CANCEL,
                lambda client, options: client.v1.payment_intents.cancel(
                    intent_id, options=options
                ),
            )
        except RefusedError:
            return self.intent(intent_id).status
        return intent_status(canceled.status)

    def snapshot(self, intent_id: str) -> PaymentSnapshot | None:
        """Return the payment with its charge, refunds and disputes."""
        intent = self._retrieve(intent_id, "latest_charge.refunds")
        if intent is None or not is_ours(intent["metadata"]):
            return None
        if not check_payment_mode(is_live=intent["livemode"]):
            return None
        charge = intent.get("latest_charge")
        if not charge:
            return snapshot_of(intent, (), ())
        refunds = charge["refunds"]
        return snapshot_of(
            intent,
            self._refunds(intent_id) if refunds["has_more"] else refunds["data"],
            self._disputes(intent_id) if charge["disputed"] else (),
        )

    def send_refund(self, booking_id: str, refund: RefundObligation) -> None:
        """Create the refund, with its obligation in the metadata; a refused refund stays owed."""
        try:
            self._ask(
                StripeCall.REFUND,
                lambda client, options: client.v1.refunds.create(
                    {
                        "payment_intent": refund.payment,
                        "amount": refund.amount,
                        "metadata": {"booking_id": booking_id, "refund": refund.reference},
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
        """Yield the events since `since`, oldest first; Stripe lists the newest first.

        An unreadable event, or one of another account or mode, is logged and skipped, so that it
        does not block the others.
        """
        documents = self._api.all_of(
            lambda client, options: client.v1.events.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "types": sorted(HANDLED),
                    "limit": _PAGE_SIZE,
                },
                options,
            )
        )
        for document in reversed(documents):
            try:
                yield event_of(document)
            except (ValueError, EventNotOurs):
                logger.error("event skipped", event_id=str(document.get("id"))[:MAX_ID_LENGTH])

    def movements(self, since: datetime) -> Iterator[tuple[str, Cents]]:
        """Yield the balance movements of payment intents since `since`, before fees."""
        transactions = self._api.all_of(
            lambda client, options: client.v1.balance_transactions.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "expand": ["data.source"],
                    "limit": _PAGE_SIZE,
                },
                options,
            )
        )
        for transaction in transactions:
            payment = (transaction.get("source") or {}).get("payment_intent")
            if payment and not is_fee(transaction):
                yield payment, transaction["amount"]

    def _ask(self, call: StripeCall, ask: StripeRequest, idempotency_key: str | None = None) -> Any:
        """Return Stripe's answer; raises the errors of `Stripe.call`, and `RefusedError`."""
        try:
            return self._api.call(ask, idempotency_key)
        except stripe.InvalidRequestError as error:
            raise error_for_refusal(call, error) from error

    def _retrieve(self, intent_id: str, *expand: str) -> Json | None:
        try:
            intent = self._ask(
                StripeCall.RETRIEVE,
                lambda client, options: client.v1.payment_intents.retrieve(
                    intent_id, {"expand": list(expand)} if expand else {}, options
                ),
            )
        except RefusedError:
            return None
        plain: Json = intent.to_dict()
        return plain

    def _refunds(self, intent_id: str) -> list[Json]:
        return self._api.all_of(
            lambda client, options: client.v1.refunds.list(
                {"payment_intent": intent_id, "limit": _PAGE_SIZE}, options
            )
        )

    def _disputes(self, intent_id: str) -> list[Json]:
        return self._api.all_of(
            lambda client, options: client.v1.disputes.list(
                {"payment_intent": intent_id, "limit": _PAGE_SIZE}, options
            )
        )

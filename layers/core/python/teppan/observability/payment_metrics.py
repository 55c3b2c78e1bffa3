"""Metrics and alarms of payment events and ledger entries (`domain.md §7`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from teppan.domain.alarm import Alarm
from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.money import Cents
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.payments.refund import SendResult
from teppan.domain.webhook_event import EventState
from teppan.observability.log import error_fields, logger
from teppan.observability.metrics import count, emit_alarm_metric

ENTRY_METRICS: Final[Mapping[EntryKind, str]] = MappingProxyType(
    {
        EntryKind.CAPTURED: "PaymentsCaptured",
        EntryKind.REFUND_OWED: "RefundsOwed",
        EntryKind.GOODWILL_OWED: "RefundsOwed",
        EntryKind.REFUNDED: "RefundsArrived",
        EntryKind.DISPUTE_WON: "DisputesWon",
        EntryKind.DISPUTE_LOST: "DisputesLost",
    }
)


def record_webhook_event(event: PaymentEvent, received: EventResult) -> None:
    """Count a webhook event and its ledger entries, log its problems and emit its alarm."""
    count(_metric_of(received))
    if received.is_unmatched:
        logger.warning("payment of no booking", event_id=event.id, payment=event.payment)
    if received.has_newly_failed:
        failure = error_fields(received.failure) if received.failure else {"error": event.fault}
        logger.error("event failed", event_id=event.id, **failure)
    if received.alarm:
        emit_alarm_metric(received.alarm, 1)
    record_entries(received.entries)


def record_reconciled_event(event: PaymentEvent, received: EventResult, now: datetime) -> None:
    """Count an event that reconciliation fetched; emit an alarm if its webhook is overdue."""
    record_webhook_event(event, received)
    if event.is_late(now) and received.is_first:
        logger.warning("webhook missed", event_id=event.id)
        emit_alarm_metric("WebhooksMissed", 1)


def record_sent_refunds(sent: SendResult) -> None:
    """Count the ledger entries and log Stripe's error code of each refused refund."""
    record_entries(sent.entries)
    for code in sent.refused:
        logger.warning("refund refused", error_code=code)


def record_ledger_difference(before: Mapping[str, Cents], after: Mapping[str, Cents]) -> None:
    """Emit the cents by which ledgers and Stripe differ before and after the repair.

    Both map a payment intent to its difference. Logs the payments that still differ.
    """
    emit_alarm_metric("LedgerDifferenceFound", _total(before))
    emit_alarm_metric("LedgerDifference", _total(after))
    if after:
        logger.error("ledger differs", payments=dict(after))


def _total(differences: Mapping[str, Cents]) -> Cents:
    """Return the sum of the absolute differences, so that opposite signs do not cancel out."""
    return sum(abs(cents) for cents in differences.values())


_STATE_METRICS: Final[Mapping[EventState, str]] = MappingProxyType(
    {
        EventState.HANDLED: "WebhooksHandled",
        EventState.IGNORED: "WebhooksIgnored",
        EventState.FAILED: "WebhooksFailed",
    }
)


def _metric_of(received: EventResult) -> str:
    if received.is_repeated:
        return "WebhooksRepeated"
    return _STATE_METRICS[received.state]


def record_entries(entries: Iterable[LedgerEntry]) -> None:
    """Count the ledger entries whose kind has a metric."""
    for entry in entries:
        if entry.kind in ENTRY_METRICS:
            count(ENTRY_METRICS[entry.kind])


def raise_alarm(alarm: Alarm, subject: str) -> None:
    """Emit the metric that the alarm watches, and log the subject to look at."""
    logger.warning("alarm raised", alarm=alarm, subject=subject)
    emit_alarm_metric(alarm, 1)

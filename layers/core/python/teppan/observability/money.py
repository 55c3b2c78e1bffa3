"""What the ledger's entries are as metrics, and the alarms that are raised (`domain.md §7`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from teppan.domain.alarm import Alarm
from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.money import Cents
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.payments.refund import SendResult
from teppan.domain.webhook import EventState
from teppan.observability.log import failure_of, logger
from teppan.observability.metrics import count, emit_alarm_metric

COUNTED: Final[Mapping[EntryKind, str]] = MappingProxyType(
    {
        EntryKind.CAPTURED: "PaymentsCaptured",
        EntryKind.REFUND_OWED: "RefundsPromised",
        EntryKind.GOODWILL_OWED: "RefundsPromised",
        EntryKind.REFUNDED: "RefundsSettled",
        EntryKind.DISPUTE_WON: "DisputesWon",
        EntryKind.DISPUTE_LOST: "DisputesLost",
    }
)


def record_received(event: PaymentEvent, received: EventResult) -> None:
    """Count a received event, with its effects; money that fits no booking of ours is alarming."""
    count(_became(received))
    if received.unmatched:
        logger.warning("payment of no booking", event_id=event.id, payment=event.payment)
    if received.newly_failed:
        failure = failure_of(received.failure) if received.failure else {"error": event.fault}
        logger.error("event failed", event_id=event.id, **failure)
    if received.alarm:
        emit_alarm_metric(received.alarm, 1)
    record_entries(received.entries)


def record_found(event: PaymentEvent, received: EventResult, now: datetime) -> None:
    """Count an event that we asked for; tell if the webhook should have brought it long ago."""
    record_received(event, received)
    if event.is_late(now) and received.first:
        logger.warning("webhook missed", event_id=event.id)
        emit_alarm_metric("WebhooksMissed", 1)


def record_sent_refunds(sent: SendResult) -> None:
    """Count the entries, and log Stripe's word for each refund it did not make; it stays owed."""
    record_entries(sent.entries)
    for code in sent.refused:
        logger.warning("refund refused", error_code=code)


def record_difference(found: Mapping[str, Cents], left: Mapping[str, Cents]) -> None:
    """Tell how many cents books were apart, and are after mending; log of which payments."""
    emit_alarm_metric("LedgerDifferenceFound", _cents(found))
    emit_alarm_metric("LedgerDifference", _cents(left))
    if left:
        logger.error("ledger differs", payments=dict(left))


def _cents(apart: Mapping[str, Cents]) -> Cents:
    return sum(abs(cents) for cents in apart.values())


_BECAME: Final[Mapping[EventState, str]] = MappingProxyType(
    {
        EventState.HANDLED: "WebhooksHandled",
        EventState.IGNORED: "WebhooksIgnored",
        EventState.FAILED: "WebhooksFailed",
    }
)


def _became(received: EventResult) -> str:
    if received.repeated:
        return "WebhooksRepeated"
    return _BECAME[received.state]


def record_entries(entries: Iterable[LedgerEntry]) -> None:
    """Count the entries."""
    for entry in entries:
        if entry.kind in COUNTED:
            count(COUNTED[entry.kind])


def raise_alarm(alarm: Alarm, subject: str) -> None:
    """Emit the metric that the alarm watches, and log what to look at."""
    logger.warning("alarm raised", alarm=alarm, subject=subject)
    emit_alarm_metric(alarm, 1)

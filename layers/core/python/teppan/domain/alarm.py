"""Alarms for staff (`domain.md §7`). Each value is the metric that a CloudWatch alarm watches."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason, RefusalReason


class Alarm(StrEnum):
    """An alarm; the value is the name of its metric."""

    REFUNDS_FAILED = "RefundsFailed"
    DISPUTES_OPENED = "DisputesOpened"
    PAYMENTS_UNMATCHED = "PaymentsUnmatched"
    EVENTS_FAILED = "EventsFailed"
    """A webhook event has failed for good."""
    REQUESTS_REJECTED = "PaymentRequestsRejected"
    """Stripe rejects a request of ours as invalid."""
    FOREIGN = "ForeignPayments"
    """A Stripe key, payment or event belongs to another mode (live, test) or account."""


_BY_ENTRY: Final[Mapping[tuple[EntryKind, RefundReason | RefusalReason | None], Alarm]] = (
    MappingProxyType(
        {
            (EntryKind.REFUND_FAILED, None): Alarm.REFUNDS_FAILED,
            (EntryKind.REFUND_REFUSED, RefusalReason.REFUSED): Alarm.REFUNDS_FAILED,
            (EntryKind.REFUND_REFUSED, RefusalReason.FINAL): Alarm.REFUNDS_FAILED,
            (EntryKind.DISPUTE_OPENED, None): Alarm.DISPUTES_OPENED,
            (EntryKind.GOODWILL_OWED, RefundReason.UNMATCHED): Alarm.PAYMENTS_UNMATCHED,
        }
    )
)


def alarm_of(entry: LedgerEntry) -> Alarm | None:
    """Return the alarm that a ledger entry raises, or None."""
    return _BY_ENTRY.get((entry.kind, entry.reason))

"""What somebody has to look at (`domain.md §7`). Each name is the metric that an alarm watches."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason, RefusalReason


class Alarm(StrEnum):
    """An alarm, by the metric that raises it."""

    REFUNDS_FAILED = "RefundsFailed"
    DISPUTES_OPENED = "DisputesOpened"
    PAYMENTS_UNMATCHED = "PaymentsUnmatched"
    EVENTS_FAILED = "EventsFailed"
    """An event of an outside system that can never be applied."""
    REQUESTS_REJECTED = "PaymentRequestsRejected"
    """Stripe takes a request of ours for wrong."""
    FOREIGN = "ForeignPayments"
    """A key, a payment or an event of Stripe's is of another mode (live, test) or account."""


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
    """Return the alarm that a ledger entry raises, if it raises one."""
    return _BY_ENTRY.get((entry.kind, entry.reason))

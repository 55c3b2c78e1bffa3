"""What the ledger's entries are as metrics; some of them raise an alarm (`domain.md §7`)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from teppan.domain.ledger import Difference, EntryKind, LedgerEntry, RefundReason
from teppan.domain.payment_event import EventState, Received
from teppan.domain.refund import Settlement
from teppan.observability.log import logger
from teppan.observability.metrics import count, tell

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

ALARMING: Final[Mapping[EntryKind, str]] = MappingProxyType(
    {
        EntryKind.REFUND_FAILED: "RefundsFailed",
        EntryKind.DISPUTE_OPENED: "DisputesOpened",
    }
)
"""What somebody has to look at."""


def record_received(received: Received) -> None:
    """Count a received event, with its effects; money that fits no booking of ours is alarming."""
    count(_became(received))
    if received.unmatched:
        tell("PaymentsUnmatched", 1)
    record_entries(received.entries)


def record_settlement(settlement: Settlement) -> None:
    """Count the entries, and tell of the refunds that Stripe did not make; those stay owed."""
    record_entries(settlement.entries)
    for code in settlement.refused:
        logger.warning("refund refused", error_code=code)
        tell("RefundsFailed", 1)


def record_difference(difference: Difference) -> None:
    """Tell how many cents ledgers and Stripe are apart, and of which payments."""
    record_entries(difference.entries)
    tell("LedgerDifferenceFound", _cents(difference.found))
    tell("LedgerDifference", _cents(difference.left))
    if difference.left:
        logger.error("ledger differs", payments=dict(difference.left))


def _cents(apart: Mapping[str, int]) -> int:
    return sum(abs(cents) for cents in apart.values())


def _became(received: Received) -> str:
    if received.repeated:
        return "WebhooksRepeated"
    handled = received.state is EventState.HANDLED
    return "WebhooksHandled" if handled else "WebhooksIgnored"


def record_entries(entries: Iterable[LedgerEntry]) -> None:
    """Count the entries, and tell of those that are alarming."""
    for entry in entries:
        if entry.kind in COUNTED:
            count(COUNTED[entry.kind])
        if entry.reason is RefundReason.UNMATCHED:
            tell("PaymentsUnmatched", 1)
        if entry.kind in ALARMING:
            tell(ALARMING[entry.kind], 1)

"""Convert ledger entries to table items and back."""

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.alarm import alarm_of
from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason, RefusalReason
from teppan.store import alarms, keys
from teppan.store.attributes import Item, plain


def ledger_item(booking_id: str, entry: LedgerEntry) -> Item:
    """Return the item of a ledger entry, marked if the entry raises an alarm."""
    pk, sk = keys.ledger_entry(booking_id, entry)
    alarm = alarm_of(entry)
    mark = alarms.mark(alarm, entry.payment, entry.at) if alarm else {}
    return plain(entry) | {"pk": pk, "sk": sk, "at": to_rfc3339(entry.at)} | mark


def entry_of(item: Item) -> LedgerEntry:
    """Return the ledger entry that `ledger_item` wrote."""
    reason = item.get("reason")
    return LedgerEntry(
        reference=item["reference"],
        kind=EntryKind(item["kind"]),
        amount=item["amount"],
        at=from_rfc3339(item["at"]),
        payment=item["payment"],
        refund=item.get("refund"),
        reason=_reason_of(reason) if reason else None,
        dispute=item.get("dispute"),
    )


def _reason_of(text: str) -> RefundReason | RefusalReason:
    return RefundReason(text) if text in set(RefundReason) else RefusalReason(text)

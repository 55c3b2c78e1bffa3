"""Records of the table's stream, and the follow-up work that they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from teppan.store import alarms, keys
from teppan.store.alarms import PendingAlarm
from teppan.store.attributes import from_attributes
from teppan.store.bookings import closing_marks


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The follow-up work of a record: an `alarm` to raise, or payments to close (`closing_mark`).

    In each case the booking may also owe a refund.
    """

    booking_id: str
    alarm: PendingAlarm | None = None
    closing_mark: str | None = None


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record of a batch; `follow_up` reads it, so that an unreadable record fails alone."""

    sequence_number: str
    raw: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        """Return the booking's id, or else the number; images hold personal data, keys do not."""
        key = self.raw["dynamodb"].get("Keys")
        return keys.booking_id(key["pk"]["S"]) if key else self.sequence_number

    def follow_up(self) -> FollowUp:
        """Return the follow-up work; raises `KeyError` or `ValueError` for an unreadable record."""
        item = from_attributes(self.raw["dynamodb"]["NewImage"])
        booking_id = keys.booking_id(item["pk"])
        if item["sk"] == keys.OPEN_PAYMENT:
            return FollowUp(booking_id, closing_mark=closing_marks.mark_on(item))
        return FollowUp(booking_id, alarm=alarms.pending_on(item))


def records(event: Mapping[str, Any]) -> list[StreamRecord]:
    """Return the records of a batch, in its order.

    Raises `KeyError` if a record has no sequence number. Lambda needs the number to retry a single
    record, so it must retry the whole batch.
    """
    return [StreamRecord(each["dynamodb"]["SequenceNumber"], each) for each in event["Records"]]

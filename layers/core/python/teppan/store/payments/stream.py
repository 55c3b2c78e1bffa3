"""The table's stream, as far as somebody follows it: what has to follow a write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from teppan.store import alarms, keys
from teppan.store.alarms import PendingAlarm
from teppan.store.attributes import from_attributes
from teppan.store.bookings import closing_marks


@dataclass(frozen=True, slots=True)
class Change:
    """What a record asks for: to raise `alarm`, or to close payments, marked by `closing_mark`.

    Whatever it is, the booking may owe a refund.
    """

    booking_id: str
    alarm: PendingAlarm | None = None
    closing_mark: str | None = None


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record of a batch; it is read only by `change`, so that each fails by itself."""

    sequence_number: str
    raw: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        """Return the booking's id, or the number; the images hold personal data, keys do not."""
        key = self.raw["dynamodb"].get("Keys")
        return keys.booking_id(key["pk"]["S"]) if key else self.sequence_number

    def change(self) -> Change:
        """Return what the record asks for; raises whatever reading it raises."""
        written = from_attributes(self.raw["dynamodb"]["NewImage"])
        booking_id = keys.booking_id(written["pk"])
        if written["sk"] == keys.OPEN_PAYMENT:
            return Change(booking_id, closing_mark=closing_marks.mark_of(written))
        return Change(booking_id, alarm=alarms.pending_on(written))


def records(event: Mapping[str, Any]) -> list[StreamRecord]:
    """Return the records of a batch, in its order.

    Raises `KeyError` when one has no sequence number: Lambda could not be told which one failed,
    so the whole batch has to come again.
    """
    return [StreamRecord(each["dynamodb"]["SequenceNumber"], each) for each in event["Records"]]

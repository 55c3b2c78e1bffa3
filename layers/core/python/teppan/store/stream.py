"""The table's stream, as far as somebody follows it: what has changed of which booking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from teppan.store import keys


@dataclass(frozen=True, slots=True)
class Change:
    """One record: the booking, and whether it has just been cancelled."""

    sequence_number: str
    booking_id: str
    is_cancellation: bool


def changes(event: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes in a batch of the stream, in its order."""
    for record in event["Records"]:
        image = record["dynamodb"]
        key = image["Keys"]
        yield Change(
            sequence_number=image["SequenceNumber"],
            booking_id=keys.booking_id(key["pk"]["S"]),
            is_cancellation=key["sk"]["S"] == keys.BOOKING,
        )

"""The table's stream, as far as somebody follows it: what has changed of which booking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from teppan.domain.ledger import LedgerEntry
from teppan.store import keys
from teppan.store.attributes import from_attributes
from teppan.store.items import entry_of


@dataclass(frozen=True, slots=True)
class Change:
    """One record: the booking, and its new ledger entry; without one it was just cancelled."""

    sequence_number: str
    booking_id: str
    entry: LedgerEntry | None

    def __str__(self) -> str:
        """Return which booking it is about."""
        return self.booking_id


def changes(event: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes in a batch of the stream, in its order."""
    for record in event["Records"]:
        image = record["dynamodb"]
        key = image["Keys"]
        yield Change(
            sequence_number=image["SequenceNumber"],
            booking_id=keys.booking_id(key["pk"]["S"]),
            entry=None
            if key["sk"]["S"] == keys.BOOKING
            else entry_of(from_attributes(image["NewImage"])),
        )

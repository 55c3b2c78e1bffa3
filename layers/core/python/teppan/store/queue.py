"""Entries of a job's queue, which is a partition of an index."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queued:
    """A booking that a job has to process, and its `place` in the order of the index."""

    booking_id: str
    place: str

    def __str__(self) -> str:
        """Return the booking's id."""
        return self.booking_id

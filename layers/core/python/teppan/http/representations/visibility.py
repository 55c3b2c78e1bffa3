"""Who may read what others wrote (`domain.md §8`): the one place that decides it.

What staff write for staff (their ids, reasons, request ids) is shown to staff only; for customers
its author is `staff`. What is said of a booking itself is not written for staff: its customer reads
it whoever wrote it.
"""

from typing import Final

from teppan.domain.caller import Caller, Role

STAFF: Final = "staff"
"""What customers read in place of the role `admin`."""


def author(role: Role, reader: Caller) -> str:
    """Return the role of an author as `reader` sees it."""
    return role.value if _may_read(role, reader) else STAFF


def written[T](content: T, by: Role, reader: Caller) -> T | None:
    """Return what an author in the role `by` wrote, None when it is not for `reader`."""
    return content if _may_read(by, reader) else None


def _may_read(by: Role, reader: Caller) -> bool:
    return by is not Role.ADMIN or reader.sees_every_booking

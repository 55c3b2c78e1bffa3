"""Which content of other authors a caller may read (`domain.md §8`).

Ids, reasons and request ids of staff are shown to staff only; customers read `staff` as the author.
The fields of a booking itself are shown to its customer, whoever wrote them.
"""

from typing import Final

from teppan.domain.caller import Caller, Role

STAFF: Final = "staff"
"""The author that customers read in place of the role `admin`."""


def visible_author(role: Role, reader: Caller) -> str:
    """Return the role of an author as `reader` may see it."""
    return role.value if _may_read(role, reader) else STAFF


def visible_content[T](content: T, by: Role, reader: Caller) -> T | None:
    """Return content written by an author in the role `by`, or None if `reader` may not read it."""
    return content if _may_read(by, reader) else None


def _may_read(by: Role, reader: Caller) -> bool:
    return by is not Role.ADMIN or reader.sees_every_booking

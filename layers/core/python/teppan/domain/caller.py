"""The caller of a request: account, role, time and request id. Every change records them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The role of a caller (`domain.md §8`): `system` is our jobs, `anonymous` has no account."""

    CUSTOMER = "customer"
    ADMIN = "admin"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of one request; `at` is the instant (UTC) that all its rules use.

    `request_id` is the id that the caller sent, if any. `gateway_request_id` is the id in the
    access log, or None for a job. `source_ip` is the client's address as the gateway reports it, or
    "" if unknown. `not_before` is the last instant in the records that the caller adds to. `at` may
    be older, because requests wait for each other and the clocks of machines differ.
    """

    id: str
    role: Role
    request_id: str
    at: datetime
    gateway_request_id: str | None = None
    source_ip: str = field(default="", repr=False)
    not_before: datetime | None = None

    @property
    def recorded_at(self) -> datetime:
        """The instant to store in records: in whole seconds, never before `not_before`."""
        at = self.at.replace(microsecond=0)
        return at if self.not_before is None else max(at, self.not_before)

    def with_not_before(self, instant: datetime) -> "Caller":
        """Return the caller with a `recorded_at` that is never before `instant`."""
        return replace(self, not_before=instant)

    def acting_as(self, system: str) -> "Caller":
        """Return the caller as the system `system`, after its request was authenticated."""
        return replace(self, id=system, role=Role.SYSTEM)

    @property
    def sees_every_booking(self) -> bool:
        """Whether the caller may read every booking, as staff and our jobs do (`domain.md §8`)."""
        return self.role in {Role.ADMIN, Role.SYSTEM}

    def may_see(self, customer_id: str) -> bool:
        """Return whether the caller may see the bookings of a customer."""
        return self.sees_every_booking or customer_id == self.id

    @property
    def is_admin(self) -> bool:
        """Whether the caller may read and do everything."""
        return self.role is Role.ADMIN

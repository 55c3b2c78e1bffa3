"""Who asks, in which role, when, and under which request: what every change is signed with."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a caller may do (`domain.md §8`): `system` is our jobs, `anonymous` has no account."""

    CUSTOMER = "customer"
    ADMIN = "admin"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Caller:
    """The author of one request; `at` is the instant (UTC) that all its rules are measured by.

    `request_id` is the caller's own where there is one, `gateway_request_id` what the access log
    has; a job has no gateway.
    `source_ip` is where the request came from, as the gateway has seen it; "" when it did not say.
    `not_before` is the last instant in the records that the caller adds to: `at` may be older,
    because a request waits for others after it began, and machines' clocks differ.
    """

    id: str
    role: Role
    request_id: str
    at: datetime
    gateway_request_id: str | None = None
    source_ip: str = field(default="", repr=False)
    not_before: datetime | None = None

    @property
    def signed_at(self) -> datetime:
        """The instant as records keep it: in whole seconds, and never before `not_before`."""
        at = self.at.replace(microsecond=0)
        return at if self.not_before is None else max(at, self.not_before)

    def signing_after(self, instant: datetime) -> "Caller":
        """Return the same caller, who signs nothing with an instant before this one."""
        return replace(self, not_before=instant)

    def acting_as(self, system: str) -> "Caller":
        """Return the author as one of our systems, whose request it has proved to be."""
        return replace(self, id=system, role=Role.SYSTEM)

    @property
    def sees_every_booking(self) -> bool:
        """Whether every booking is visible: to staff and to our own jobs (`domain.md §8`)."""
        return self.role in {Role.ADMIN, Role.SYSTEM}

    @property
    def is_admin(self) -> bool:
        """Whether the caller may see and do everything."""
        return self.role is Role.ADMIN

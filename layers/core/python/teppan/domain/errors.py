"""Every business fact that can stop a request, one class each, with a stable `code`.

A class says *what* is wrong by its kind (the direct subclasses of `DomainError`); how a kind is
answered over HTTP is decided once, in `teppan.http.problem`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault: where it is (`body`, `path`, `query`, `header`), a pointer, and why."""

    where: str
    pointer: str
    detail: str


class DomainError(Exception):
    """The base of all errors a caller may see; the message is safe to show and holds no input."""

    code: ClassVar[str]
    title: ClassVar[str]

    detail: str = ""
    """One sentence for the person who reads the answer; a class may always say the same."""

    retry_after: int | None = None
    """The seconds after which trying again may help."""

    def __init__(self, detail: str | None = None) -> None:
        """Say `detail` instead of what the class says."""
        if detail is not None:
            self.detail = detail
        super().__init__(self.detail)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """Members that this error adds to its problem document (RFC 9457 §3.2)."""
        return {}


class BadRequest(DomainError):
    """The request can not be served as it stands; a rule or its form forbids it."""


class Unauthorized(DomainError):
    """Nobody is known to have made the request."""

    code = "unauthorized"
    title = "Authentication is required"


class Forbidden(DomainError):
    """The caller is known and may not do this (`domain.md §8`)."""

    code = "forbidden"
    title = "Not allowed"


class NotFound(DomainError):
    """The thing does not exist, or not for this caller (`domain.md §8`)."""


class Conflict(DomainError):
    """The present state of the thing forbids the change."""


class PreconditionFailed(DomainError):
    """A precondition that the caller sent does not hold."""


class TooManyRequests(DomainError):
    """The same was asked for too often; it may be asked again after `retry_after` seconds."""


class Unprocessable(DomainError):
    """The request is well-formed and says something that can not be."""


class Unavailable(DomainError):
    """Something we depend on does not answer; trying again later may work."""

    detail = "The service is busy. Please try again in a moment."
    retry_after = 1


class ProviderFailed(DomainError):
    """Something we depend on answers, and not as it should."""

    retry_after: int | None = 30


class InvalidInput(Unprocessable):
    """Fields or parameters break their constraints; each `Violation` points at one."""

    code = "validation_failed"
    title = "The request is not valid"

    def __init__(self, violations: Sequence[Violation]) -> None:
        """Keep the `violations`, at least one."""
        super().__init__("One or more values are not valid; see `errors`.")
        self.violations = tuple(violations)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """`errors`: one entry a violation."""
        return {"errors": list(self.violations)}


class IdempotencyKeyReused(Unprocessable):
    """The caller has used this idempotency key for another request body."""

    code = "idempotency_key_reused"
    title = "The idempotency key was used for another request"


class StorageUnavailable(Unavailable):
    """The database does not answer, or is too busy."""

    code = "storage_unavailable"
    title = "The service is busy"


class RefundExceedsCaptured(Conflict):
    """More would be refunded than was captured and is left (`domain.md §7`)."""

    code = "refund_exceeds_captured"
    title = "There is less left to refund"


class MalformedJson(BadRequest):
    """The body is not a JSON document."""

    code = "malformed_json"
    title = "The body is not valid JSON"

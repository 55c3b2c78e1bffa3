"""The errors of the domain: one class for each reason to refuse a request, with a stable `code`.

The direct subclasses of `DomainError` are the kinds of error. `teppan.http.problem` maps each kind
to an HTTP status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One invalid value: its location (`body`, `path`, `query`, `header`), pointer and reason."""

    where: str
    pointer: str
    detail: str


class DomainError(Exception):
    """The base of all errors that a caller may see; the message never contains input."""

    code: ClassVar[str]
    title: ClassVar[str]

    detail: str = ""
    """One sentence for the person who reads the answer; a class may set a default."""

    retry_after: int | None = None
    """The seconds after which a retry may succeed."""

    def __init__(self, detail: str | None = None) -> None:
        """Use `detail` instead of the default of the class, unless it is None."""
        if detail is not None:
            self.detail = detail
        super().__init__(self.detail)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """Members that this error adds to its problem document (RFC 9457 §3.2)."""
        return {}


class BadRequest(DomainError):
    """The request is malformed, or breaks a rule."""


class Unauthorized(DomainError):
    """The caller is not authenticated."""

    code = "unauthorized"
    title = "Authentication is required"


class Forbidden(DomainError):
    """The caller is authenticated but may not do this (`domain.md §8`)."""

    code = "forbidden"
    title = "Not allowed"


class NotFound(DomainError):
    """The resource does not exist, or this caller may not see it (`domain.md §8`)."""


class Conflict(DomainError):
    """The present state of the resource does not allow the change."""


class PreconditionFailed(DomainError):
    """A precondition that the caller sent does not hold."""


class TooManyRequests(DomainError):
    """The caller has exceeded a limit; a retry is possible after `retry_after` seconds."""


class Unprocessable(DomainError):
    """The request is well-formed, but its values are not valid."""


class Unavailable(DomainError):
    """A service that we depend on does not answer; a later retry may succeed."""

    detail = "The service is busy. Please try again in a moment."
    retry_after = 1


class ProviderFailed(DomainError):
    """A service that we depend on answers with an error."""

    retry_after: int | None = 30


class NotConfigured(ProviderFailed):
    """A service that we depend on is not set up on this stage yet; a job then does nothing."""

    subject: ClassVar[str]
    """What is not set up, in the plural, for the log."""


class InternalFault(DomainError):
    """A fault of ours: a retry does not help, the code or the setup must be fixed."""

    code = "internal_error"
    title = "Internal error"
    detail = "Something went wrong on our side. It has been recorded."
    retry_after: int | None = None


class InvalidInput(Unprocessable):
    """Fields or parameters are not valid; there is one `Violation` for each."""

    code = "validation_failed"
    title = "The request is not valid"

    def __init__(self, violations: Sequence[Violation]) -> None:
        """Store the `violations`, at least one."""
        super().__init__("One or more values are not valid; see `errors`.")
        self.violations = tuple(violations)

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """`errors`: one entry for each violation."""
        return {"errors": list(self.violations)}


class IdempotencyKeyReused(Unprocessable):
    """The caller has used this idempotency key for another request body."""

    code = "idempotency_key_reused"
    title = "The idempotency key was used for another request"


class StorageUnavailable(Unavailable):
    """The database does not answer, or is overloaded."""

    code = "storage_unavailable"
    title = "The service is busy"


class CacheUnavailable(Unavailable):
    """The shared cache does not answer."""

    code = "cache_unavailable"
    title = "The cache is unavailable"
    detail = "The shared cache does not answer. Requests are served without it."


class RefundExceedsCaptured(Conflict):
    """The refund exceeds the amount that is still refundable (`domain.md §7`)."""

    code = "refund_exceeds_captured"
    title = "There is less left to refund"


class MalformedJson(BadRequest):
    """The body is not a JSON document."""

    code = "malformed_json"
    title = "The body is not valid JSON"

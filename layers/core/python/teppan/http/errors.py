"""What can be wrong with the form of a request, one class each, with a stable `code`."""

from collections.abc import Mapping, Sequence

from teppan.domain.errors import BadRequest, DomainError, Violation


class TooLarge(DomainError):
    """The body is larger than any request of ours needs."""

    code = "body_too_large"
    title = "The body is too large"


class MethodNotAllowed(DomainError):
    """The address takes another method only."""

    code = "method_not_allowed"
    title = "The method is not allowed"
    detail = "Send a POST."


class UnsupportedMediaType(DomainError):
    """The body is not JSON."""

    code = "unsupported_media_type"
    title = "The body must be JSON"


class MalformedJson(BadRequest):
    """The body is not a JSON document."""

    code = "malformed_json"
    title = "The body is not valid JSON"


class MissingParameter(BadRequest):
    """A required parameter or header was not sent."""

    code = "missing_parameter"
    title = "A required parameter is missing"

    def __init__(self, violation: Violation) -> None:
        """Name the missing parameter by its `violation`."""
        super().__init__(violation.detail)
        self.violation = violation

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """`errors`: the one missing parameter."""
        return {"errors": [self.violation]}


class InvalidSignature(BadRequest):
    """A webhook is not signed as its sender signs, or not just now."""

    code = "invalid_signature"
    title = "The signature is not valid"
    detail = "The signature does not fit the body, or its time is not now."


class EventNotOurs(BadRequest):
    """A webhook's event is of another mode (live, test) or account than the stage."""

    code = "event_not_ours"
    title = "The event is not for this endpoint"
    detail = "This endpoint takes events of its own account and of its own mode, live or test."


class InvalidCursor(BadRequest):
    """The cursor was not issued by us, to this caller, for this list."""

    code = "invalid_cursor"
    title = "The cursor is not valid"

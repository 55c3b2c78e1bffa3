"""Errors in the form of a request, each with a stable `code`."""

from collections.abc import Mapping, Sequence

from teppan.domain.errors import BadRequest, DomainError, NotFound, Violation


class TooLarge(DomainError):
    """The body is larger than the operation accepts."""

    code = "body_too_large"
    title = "The body is too large"


class MethodNotAllowed(DomainError):
    """The path accepts another method only."""

    code = "method_not_allowed"
    title = "The method is not allowed"
    detail = "Send a POST."


class PathNotFound(NotFound):
    """There is nothing at this path. API Gateway answers the same for a path that it lacks."""

    code = "not_found"
    title = "No such resource"
    detail = "There is no such path, or it does not take this method."


class UnsupportedMediaType(DomainError):
    """The body is not JSON."""

    code = "unsupported_media_type"
    title = "The body must be JSON"


class MissingParameter(BadRequest):
    """A required parameter or header was not sent."""

    code = "missing_parameter"
    title = "A required parameter is missing"

    def __init__(self, violation: Violation) -> None:
        """Keep the `violation` that names the missing parameter."""
        super().__init__(violation.detail)
        self.violation = violation

    @property
    def extensions(self) -> Mapping[str, Sequence[object]]:
        """`errors`: the violation of the missing parameter."""
        return {"errors": [self.violation]}


class InvalidCursor(BadRequest):
    """We did not issue the cursor to this caller for this list."""

    code = "invalid_cursor"
    title = "The cursor is not valid"

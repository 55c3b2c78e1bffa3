"""Errors in the form of a request."""

from teppan.domain.errors import Violation
from teppan.http.errors import MethodNotAllowed, MissingParameter

VIOLATION = Violation("query", "/limit", "Must be a whole number from 1 to 100.")


def test_a_missing_parameter_is_named_in_the_error() -> None:
    error = MissingParameter(VIOLATION)

    assert error.detail == VIOLATION.detail
    assert error.extensions == {"errors": [VIOLATION]}


def test_method_not_allowed_names_the_allowed_method() -> None:
    assert MethodNotAllowed().detail == "Send a POST."

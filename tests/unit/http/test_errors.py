"""Errors of the form of a request: what they add to an answer."""

from teppan.domain.errors import Violation
from teppan.http.errors import MethodNotAllowed, MissingParameter

FAULT = Violation("query", "/limit", "Must be a whole number from 1 to 100.")


def test_a_missing_parameter_is_named_in_the_error() -> None:
    error = MissingParameter(FAULT)

    assert error.detail == FAULT.detail
    assert error.extensions == {"errors": [FAULT]}


def test_method_not_allowed_names_the_allowed_method() -> None:
    assert MethodNotAllowed().detail == "Send a POST."

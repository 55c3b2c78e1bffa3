"""Errors: what they add to an answer, and that their messages hold no input."""

from teppan.domain.errors import Forbidden, InvalidInput, StorageUnavailable, Violation

FAULT = Violation("query", "/limit", "Must be a whole number from 1 to 100.")


def test_a_plain_error_adds_nothing() -> None:
    error = Forbidden("Your account may not do this.")

    assert error.detail == str(error) == "Your account may not do this."
    assert error.extensions == {}
    assert error.retry_after is None


def test_a_class_may_always_say_the_same() -> None:
    error = StorageUnavailable()

    assert error.detail == str(error) == StorageUnavailable.detail


def test_one_of_them_may_say_something_else() -> None:
    assert str(StorageUnavailable("Back at noon.")) == "Back at noon."
    assert StorageUnavailable().detail == StorageUnavailable.detail


def test_invalid_input_adds_every_violation() -> None:
    assert InvalidInput([FAULT, FAULT]).extensions == {"errors": [FAULT, FAULT]}


def test_a_busy_storage_tells_to_try_again() -> None:
    assert "try again" in StorageUnavailable().detail
    assert StorageUnavailable().retry_after == 1

"""Domain errors: the members that they add to a problem, and details without input."""

from teppan.domain.errors import Forbidden, InvalidInput, StorageUnavailable, Violation

FAULT = Violation("query", "/limit", "Must be a whole number from 1 to 100.")


def test_a_plain_error_adds_no_extensions() -> None:
    error = Forbidden("Your account may not do this.")

    assert error.detail == str(error) == "Your account may not do this."
    assert error.extensions == {}
    assert error.retry_after is None


def test_an_error_has_the_detail_of_its_class_by_default() -> None:
    error = StorageUnavailable()

    assert error.detail == str(error) == StorageUnavailable.detail


def test_an_error_may_override_the_detail_of_its_class() -> None:
    assert str(StorageUnavailable("Back at noon.")) == "Back at noon."
    assert StorageUnavailable().detail == StorageUnavailable.detail


def test_invalid_input_lists_every_violation() -> None:
    assert InvalidInput([FAULT, FAULT]).extensions == {"errors": [FAULT, FAULT]}


def test_storage_unavailable_asks_to_try_again() -> None:
    assert "try again" in StorageUnavailable().detail
    assert StorageUnavailable().retry_after == 1

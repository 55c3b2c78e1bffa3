"""What a customer asks for when booking."""

from dataclasses import FrozenInstanceError

import pytest
from tests.builders import booking_request


def test_a_booking_request_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        booking_request().special_requests = "Peanuts"  # type: ignore[misc]


def test_a_booking_request_is_for_the_caller_unless_it_names_a_customer() -> None:
    assert booking_request().customer_id is None

"""The body that sets a slot's capacity."""

from typing import Any

import pytest
from pydantic import ValidationError

from teppan.http.schemas.bookings.slot import SetSlotCapacityBody


@pytest.mark.parametrize("capacity", [0, 1, 20])
def test_a_capacity_of_0_to_20_is_accepted(capacity: int) -> None:
    assert SetSlotCapacityBody.model_validate({"capacity": capacity}).capacity == capacity


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"capacity": -1},
        {"capacity": 21},
        {"capacity": "1"},
        {"capacity": True},
        {"capacity": None},
    ],
)
def test_an_invalid_capacity_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SetSlotCapacityBody.model_validate(body)

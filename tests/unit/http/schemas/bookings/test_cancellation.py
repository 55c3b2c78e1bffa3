"""The body of a cancellation."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.http.schemas.bodies import read_document

from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.domain.errors import InvalidInput
from teppan.http.schemas.bookings.cancellation import CancelBookingBody


class TestCancel:
    @pytest.mark.parametrize(
        ("body", "request_"),
        [
            ({}, CancellationRequest()),
            ({"refund_percentage": 0}, CancellationRequest(None, 0)),  # for the domain to refuse
            ({"reason": " Moving away "}, CancellationRequest("Moving away")),
            (
                {"reason": "Chef is ill", "refund_percentage": 0},
                CancellationRequest("Chef is ill", 0),
            ),
            ({"reason": "x" * 500, "refund_percentage": 100}, CancellationRequest("x" * 500, 100)),
        ],
    )
    def test_a_cancellation_has_an_optional_reason_and_percentage(
        self, body: dict[str, Any], request_: CancellationRequest
    ) -> None:
        assert read_document(CancelBookingBody, body).to_request() == request_

    @pytest.mark.parametrize(
        "body",
        [
            {"reason": ""},
            {"reason": "  "},
            {"reason": "x" * 501},
            {"reason": "r", "refund_percentage": -1},
            {"reason": "r", "refund_percentage": 101},
            {"reason": "r", "refund_percentage": 97.5},
            {"refund_amount": 100},
        ],
    )
    def test_an_invalid_cancellation_is_refused(self, body: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            read_document(CancelBookingBody, body)


def test_a_body_is_immutable() -> None:
    body = read_document(CancelBookingBody, {})

    with pytest.raises(ValidationError):
        body.reason = "other"

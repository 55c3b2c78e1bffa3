"""The body of a cancellation (`domain.md §6`), apart from bodies that hold an address."""

from typing import Annotated

from pydantic import MISSING, Field

from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.http.body import RequestBody
from teppan.http.schemas.fields import LINES, given


class CancelBookingBody(RequestBody):
    """Why a booking is cancelled and, from an admin, the percentage to refund instead."""

    reason: Annotated[str, LINES, Field(min_length=1, max_length=500)] | MISSING = MISSING
    refund_percentage: Annotated[int, Field(ge=0, le=100)] | MISSING = MISSING

    def to_request(self) -> CancellationRequest:
        """Return the request."""
        return CancellationRequest(given(self.reason), given(self.refund_percentage))

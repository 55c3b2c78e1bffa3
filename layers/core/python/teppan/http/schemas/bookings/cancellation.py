"""The body of a cancellation (`domain.md §6`).

A module of its own, so that `cancelBooking` does not import the schema of e-mail addresses.
"""

from typing import Annotated

from pydantic import MISSING, Field

from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.http.body import RequestBody
from teppan.http.schemas.fields import LINES, value_or_none


class CancelBookingBody(RequestBody):
    """The reason of a cancellation and, from an admin, the percentage to refund."""

    reason: Annotated[str, LINES, Field(min_length=1, max_length=500)] | MISSING = MISSING
    refund_percentage: Annotated[int, Field(ge=0, le=100)] | MISSING = MISSING

    def to_request(self) -> CancellationRequest:
        """Return the cancellation request."""
        return CancellationRequest(
            value_or_none(self.reason), value_or_none(self.refund_percentage)
        )

"""The body that sets a slot's capacity (`domain.md §2`)."""

from typing import Annotated

from pydantic import Field

from teppan.domain.policy import CURRENT
from teppan.http.body import RequestBody


class SetSlotCapacityBody(RequestBody):
    """The number of bookings that a slot takes; 0 closes it."""

    capacity: Annotated[int, Field(ge=0, le=CURRENT.max_capacity)]

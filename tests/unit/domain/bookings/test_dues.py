"""The amounts that are due as each payment type."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import before, booking, caller, confirmed, holding, in_status

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import is_less_due
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger_balance import Balance

SECOND = timedelta(seconds=1)


SOON = booking(caller=caller(at=before(booking(), days=6)))


PART_PAID = holding(booking(), Balance(captured=4_000))


class TestLessIsDue:
    @pytest.mark.parametrize(
        ("before", "after", "less"),
        [
            (booking(), booking(), False),
            (booking(), PART_PAID, True),
            (PART_PAID, booking(), False),
            (booking(), confirmed(), True),
            (booking(), in_status(Status.CANCELLED), True),
            (confirmed(71_445), in_status(Status.CANCELLED), False),  # nothing was due before
            (confirmed(), replace(confirmed(), travel_miles=10), False),
        ],
    )
    def test_less_is_due_if_the_amount_of_any_payment_type_is_lower(
        self, before: Booking, after: Booking, less: bool
    ) -> None:
        assert is_less_due(before, after) is less

"""The times of a booking's versions never decrease, in any order of requests."""

import random
from datetime import datetime, timedelta
from functools import partial

import pytest
from tests.builders import NOW, admin, caller, system
from tests.functions.given import stored_booking
from tests.sizes import SIZES
from tests.store.threads import at_once

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.change import Changes
from teppan.services.bookings.update_booking import update_booking
from teppan.services.idempotency import IdempotencyKey
from teppan.services.payments.refund_payment import RefundRequest, refund_payment
from teppan.services.precondition import any_version
from teppan.store.bookings import bookings
from teppan.store.table import Table


def times(table: Table, booking: Booking) -> list[datetime]:
    return [event.at for event in bookings.events(table, booking.id, 100, None)]


@pytest.mark.parametrize("seed", range(SIZES.repetitions))
def test_version_times_never_decrease_for_requests_written_in_another_order(
    table: Table, seed: int
) -> None:
    # Given requests and jobs that begin within a minute and write in any order
    rng = random.Random(seed)
    booking = stored_booking(table, captured=10_000)

    def begin_instant() -> datetime:
        return NOW + timedelta(seconds=rng.randrange(60))

    changes = [
        partial(
            update_booking,
            table,
            booking.id,
            Changes(special_requests=f"Candles {n}"),
            rng.choice((admin, caller, system))(at=begin_instant()),
            any_version,
        )
        for n in range(12)
    ]
    refunds = [
        partial(
            refund_payment,
            table,
            RefundRequest(booking.id, "Cold noodles", 10),
            IdempotencyKey(f"key {n}", "f" * 64),
            admin(at=begin_instant()),
        )
        for n in range(4)
    ]

    # When
    answers = at_once([*changes, *refunds])

    # Then
    assert [each for each in answers if isinstance(each, Exception)] == []
    found = times(table, booking)
    assert len(found) == 17
    assert found == sorted(found)
    now = bookings.find(table, booking.id)
    assert now and now.updated_at == found[-1]
    assert all(entry.at in found for entry in bookings.ledger(table, booking.id))

"""Fixtures for tests of payments."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.functions.given import stored_booking
from tests.functions.payment_steps import (
    PaymentSteps,
)

from teppan.domain.bookings.booking import Booking
from teppan.store.table import Table


@pytest.fixture
def booking(table: Table) -> Booking:
    """A pending booking that nobody has paid."""
    return stored_booking(table)


@pytest.fixture
def delivery(steps: PaymentSteps, stripe: FakeStripe, booking: Booking) -> Delivery:
    """The delivery of the event that the booking's deposit is paid."""
    steps.pay(booking)
    (due,) = stripe.outbox.pending()
    return due

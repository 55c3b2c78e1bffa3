"""Fixtures with the fake Stripe and a clock that does not advance by itself."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import Caller, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> FakeStripe:
    return FakeStripe(clock=clock)


@pytest.fixture
def stripe(fake: FakeStripe) -> Caller:
    """Return a client of the fake with its secret key."""
    return Caller(fake)

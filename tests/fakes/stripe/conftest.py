"""The fake Stripe, at a time that stands still."""

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
    """A client of the fake that holds its secret key."""
    return Caller(fake)

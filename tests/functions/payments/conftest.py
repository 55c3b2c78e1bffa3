"""What tests of payments have in common."""

import pytest
from local.stripe.fake import FakeStripe
from tests.functions.handlers import Handlers
from tests.functions.secrets_manager import new_secret
from tests.functions.stripe import API_KEY, gateway_to

from teppan import secret


@pytest.fixture
def api_key(call: Handlers, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a secret with Stripe's API key that this test alone uses, and may rotate."""
    name = new_secret(API_KEY)
    call.gateway = gateway_to(stripe, name)
    monkeypatch.setattr(secret, "_kept", {})
    monkeypatch.setattr(secret, "_doubted", {})
    return name

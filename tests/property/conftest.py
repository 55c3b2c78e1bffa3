"""Properties hold for whatever hypothesis thinks of; they too run on nothing but Python."""

import pytest
from hypothesis import settings

settings.register_profile("teppan", deadline=None, max_examples=100)
settings.load_profile("teppan")


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Nothing here may reach the network, nor this machine."""

"""Properties hold for whatever hypothesis thinks of; they too run on nothing but Python."""

import pytest


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Nothing here may reach the network, nor this machine."""

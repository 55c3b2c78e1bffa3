"""Property tests run on Python alone, without a network."""

import pytest


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Block sockets, also to this machine."""

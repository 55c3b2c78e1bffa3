"""No property test can reach the network."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_socket import SocketBlockedError


@given(st.sampled_from([socket.AF_INET, socket.AF_INET6]))
def test_property_tests_can_not_open_a_socket(family: socket.AddressFamily) -> None:
    with pytest.warns(UserWarning, match=r"socket\.socket"), pytest.raises(SocketBlockedError):
        socket.socket(family, socket.SOCK_STREAM)

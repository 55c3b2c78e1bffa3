"""The network is out of reach of every unit test."""

import socket
import urllib.request

import pytest
from pytest_socket import SocketBlockedError


def test_a_socket_can_not_be_made() -> None:
    with pytest.warns(UserWarning, match=r"socket\.socket"), pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_this_machine_can_not_be_reached_either() -> None:
    with pytest.warns(UserWarning, match="getaddrinfo"), pytest.raises(SocketBlockedError):
        urllib.request.urlopen("http://127.0.0.1:9/")

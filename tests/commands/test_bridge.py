"""Containers reach the local cloud by a forwarder on Docker's bridge, and nobody else does."""

import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import IPv4Interface
from queue import Queue

import pytest
from local.containers import bridge
from local.containers.bridge import forward_from_bridge
from local.processes import FORWARDER, HOST

BRIDGE = "127.0.0.2"
"""An address of this machine in place of Docker's bridge."""


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server on 127.0.0.1 that answers each connection with what it reads."""
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    while data := connection.recv(65_536):
                        connection.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def on_bridge(monkeypatch: pytest.MonkeyPatch, network: str) -> None:
    monkeypatch.setattr(bridge, "bridge_interface", lambda: IPv4Interface(network))


def connect(port: int) -> socket.socket:
    """Connect from 127.0.0.1; the forwarder listens shortly after its start."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection((BRIDGE, port), timeout=10, source_address=(HOST, 0))
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def answered(port: int) -> bool:
    with connect(port) as client:
        client.sendall(b"x")
        return client.recv(1) == b"x"


def test_a_container_of_the_bridge_reaches_the_port(
    monkeypatch: pytest.MonkeyPatch, echo: int
) -> None:
    on_bridge(monkeypatch, f"{BRIDGE}/8")
    sent = b"x" * 1_000_000

    with forward_from_bridge([echo], pytest.fail), connect(echo) as client:
        threading.Thread(target=client.sendall, args=[sent]).start()
        received = b""
        while len(received) < len(sent):
            received += client.recv(65_536)

    assert received == sent


def test_a_server_sees_the_forwarders_address(monkeypatch: pytest.MonkeyPatch) -> None:
    on_bridge(monkeypatch, f"{BRIDGE}/8")

    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with forward_from_bridge([port], pytest.fail), connect(port):
            connection, (address, _) = server.accept()
            connection.close()

    assert address == FORWARDER


def test_an_address_outside_the_bridges_network_is_refused(
    monkeypatch: pytest.MonkeyPatch, echo: int
) -> None:
    on_bridge(monkeypatch, f"{BRIDGE}/32")

    with forward_from_bridge([echo], pytest.fail), connect(echo) as client:
        assert client.recv(1) == b""


def test_the_forwarder_stops_with_its_block(monkeypatch: pytest.MonkeyPatch, echo: int) -> None:
    on_bridge(monkeypatch, f"{BRIDGE}/8")
    with forward_from_bridge([echo], pytest.fail):
        assert answered(echo)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((BRIDGE, echo), timeout=10)


def test_the_forwarder_waits_for_a_docker_that_starts_later(
    monkeypatch: pytest.MonkeyPatch, echo: int
) -> None:
    found = iter([None, IPv4Interface(f"{BRIDGE}/8")])
    monkeypatch.setattr(bridge, "bridge_interface", lambda: next(found))
    monkeypatch.setattr(bridge, "_LOOK_SECONDS", 0.01)

    with forward_from_bridge([echo], pytest.fail):
        assert answered(echo)


def test_a_port_in_use_on_the_bridge_is_reported(
    monkeypatch: pytest.MonkeyPatch, echo: int
) -> None:
    on_bridge(monkeypatch, f"{BRIDGE}/8")
    reports: Queue[str] = Queue()

    with socket.create_server((BRIDGE, echo)), forward_from_bridge([echo], reports.put):
        report = reports.get(timeout=10)

    assert report == f"Containers do not reach port {echo}: it is in use at {BRIDGE}."

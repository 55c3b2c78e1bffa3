"""Lets containers reach the servers of the local cloud, which listen on 127.0.0.1 only.

On Linux a container reaches this machine at the address of Docker's bridge. While a local cloud
runs, its ports are forwarded from there, for containers of that bridge alone. The forwarder
connects from an address of its own, by which the servers know a container. Docker Desktop on macOS
and Windows forwards by itself.
"""

import fcntl
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Final

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketStream
from anyio.from_thread import start_blocking_portal

from local.processes import FORWARDER, HOST

_BRIDGE: Final = b"docker0"
_GET_ADDRESS: Final = 0x8915
_GET_NETMASK: Final = 0x891B
"""Linux's ioctl requests SIOCGIFADDR and SIOCGIFNETMASK (netdevice(7))."""

_LOOK_SECONDS: Final = 2.0

type Report = Callable[[str], None]


@contextmanager
def forward_from_bridge(ports: Sequence[int], report: Report) -> Iterator[None]:
    """Forward `ports` from Docker's bridge until the block ends, also if Docker starts later.

    `report` gets one line for each port that another program has there.
    """
    with start_blocking_portal() as portal:
        serving = portal.start_task_soon(_serve, ports, report)
        try:
            yield
        finally:
            serving.cancel()


async def _serve(ports: Sequence[int], report: Report) -> None:
    while (bridge := bridge_interface()) is None:
        await anyio.sleep(_LOOK_SECONDS)
    async with anyio.create_task_group() as group:
        for port in ports:
            group.start_soon(_listen, bridge, port, report)


async def _listen(bridge: IPv4Interface, port: int, report: Report) -> None:
    try:
        listener = await anyio.create_tcp_listener(local_host=bridge.ip, local_port=port)
    except OSError:
        report(f"Containers do not reach port {port}: it is in use at {bridge.ip}.")
        return
    async with listener:
        await listener.serve(partial(_forward, bridge.network, port))


async def _forward(network: IPv4Network, port: int, client: SocketStream) -> None:
    """Connect a client of the bridge's network with `port` of this machine."""
    address = client.extra(SocketAttribute.remote_address)[0]  # noqa: S610 - not Django's
    async with client:
        if IPv4Address(address) in network:
            with suppress(OSError):
                await _connect(client, port)


async def _connect(client: SocketStream, port: int) -> None:
    server = await anyio.connect_tcp(HOST, port, local_host=FORWARDER)
    async with server, anyio.create_task_group() as both:
        both.start_soon(_copy, client, server)
        both.start_soon(_copy, server, client)


async def _copy(source: ByteStream, target: ByteStream) -> None:
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for data in source:
            await target.send(data)
        await target.send_eof()


def bridge_interface() -> IPv4Interface | None:
    """Return the address and network of Docker's bridge, or None without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            address, netmask = (
                socket.inet_ntoa(fcntl.ioctl(probe, request, struct.pack("256s", _BRIDGE))[20:24])
                for request in (_GET_ADDRESS, _GET_NETMASK)
            )
        except OSError:
            return None
    return IPv4Interface(f"{address}/{netmask}")

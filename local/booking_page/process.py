"""The booking page as a process beside the emulator."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.paths import CLIENT_TOOLS
from local.processes import HOST, module_environment, server


def page_origin(port: int) -> str:
    """Return the origin of the page, which is also its address."""
    return f"http://{HOST}:{port}"


@contextmanager
def booking_page(port: int, workdir: Path, api_url: str, stripe_url: str) -> Iterator[str | None]:
    """Serve the page of a cloud on `port` until the block ends; yield its address.

    Without Node.js, or without the packages that npm fetches, nothing is served and it yields None.
    Raises CommandError when the server does not start.
    """
    if shutil.which("node") is None or not CLIENT_TOOLS.exists():
        yield None
        return
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "local.booking_page",
        f"--port={port}",
        f"--api-url={api_url}",
        f"--stripe-url={stripe_url}",
    ]
    with server("booking_page", command, port=port, workdir=workdir, env=module_environment()):
        yield page_origin(port)

"""The MDN HTTP Observatory grades a page of the local cloud, behind a TLS front of its own.

The front ends TLS with a certificate of a new authority, and passes the bytes on. The grader is the
npm package of the public service, pinned in `local/tools/http-observatory`.
"""

import asyncio
import json
import os
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import trustme
from local.paths import TOOLS
from local.processes import HOST, free_port

PACKAGE: Final = TOOLS / "http-observatory/node_modules/@mdn/mdn-http-observatory"
_GRADE: Final = Path(__file__).with_name("grade.mjs")
_NAME: Final = "localhost"
_SECONDS: Final = 120


@dataclass(frozen=True)
class Grade:
    """The grade of a page: its letter and score, its HTTP status, and the tests that it failed."""

    grade: str
    score: int
    status: int
    failed: list[str]


def grade(url: str, folder: Path) -> Grade:
    """Return the grade of the page at an `http` URL; files are written into `folder`."""
    # The package's install script, which is not run, downloads the list of preloaded domains.
    (PACKAGE / "conf" / "hsts-preload.json").write_text("{}", encoding="utf-8")
    return asyncio.run(asyncio.wait_for(_grade(url, folder), _SECONDS))


async def _grade(url: str, folder: Path) -> Grade:
    asked = urlsplit(url)
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(_NAME).configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    async with await asyncio.start_server(_relay(asked.port or 80), HOST, ssl=context) as front:
        port = front.sockets[0].getsockname()[1]
        # As at API Gateway, nothing listens for plain HTTP.
        ports = (str(port), str(free_port()))
        process = await asyncio.create_subprocess_exec(
            *("node", _GRADE, PACKAGE, _NAME, *ports, asked.path),
            env=os.environ | {"NODE_EXTRA_CA_CERTS": str(folder / "authority.pem")},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    return Grade(**json.loads(output))


def _relay(port: int) -> Callable[[StreamReader, StreamWriter], Awaitable[None]]:
    """Return a function that passes the bytes of a connection on to `port`, and back."""

    async def relay(reader: StreamReader, writer: StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection(HOST, port)
        await asyncio.gather(_copy(reader, upstream_writer), _copy(upstream_reader, writer))

    return relay


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    try:
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    finally:
        writer.close()

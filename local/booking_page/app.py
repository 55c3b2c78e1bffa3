"""Serve the booking page: its files, its bundled script, and the addresses that it needs."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.booking_page.frontend_policy import Frontend, headers_of
from local.description import DemoUser
from local.paths import CLIENT_TOOLS, ROOT
from local.processes import HOST

_SOURCES: Final = ROOT / "clients" / "demo"
# A foreign page whose name resolves to 127.0.0.1 has another host: it must not read config.json.
_HOSTS: Final = [HOST, "localhost"]
_BUNDLER: Final = CLIENT_TOOLS / ".bin" / "esbuild"
_FILES: Final = {"/": "index.html", "/style.css": "style.css", "/icon.svg": "icon.svg"}
# It pays on Stripe's own page, so it runs no Stripe.js.
_PAGE: Final = Frontend("booking-page", stripe_js=False)
_FAULT_SCRIPT: Final = """
const fault = document.createElement("pre");
fault.className = "problem";
fault.setAttribute("role", "alert");
fault.textContent = {};
document.body.prepend(fault);
"""


@dataclass(frozen=True, slots=True)
class PageConfig:
    """What the page reads from `config.json`."""

    api_url: str
    stripe_url: str
    users: dict[str, DemoUser]


def app(config: PageConfig, api_origin: str, sources: Path = _SOURCES) -> Starlette:
    """Return the application, which serves the page in the folder `sources`.

    Each response has the headers of a frontend of ours.
    """
    headers = {**headers_of(_PAGE, [api_origin]), "Cache-Control": "no-cache"}

    async def script(_request: Request) -> Response:
        return await run_in_threadpool(_script, sources / "page.ts", headers)

    async def configuration(_request: Request) -> Response:
        return JSONResponse(asdict(config), headers=headers)

    return Starlette(
        routes=[
            *(Route(path, _file(sources / name, headers)) for path, name in _FILES.items()),
            Route("/page.js", script),
            Route("/config.json", configuration),
        ],
        exception_handlers={404: _not_found(headers)},
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS, www_redirect=False),
        ],
    )


def _file(path: Path, headers: dict[str, str]) -> Any:
    async def serve(_request: Request) -> Response:
        return FileResponse(path, headers=headers)

    return serve


def _script(source: Path, headers: dict[str, str]) -> Response:
    """Bundle the page's TypeScript anew for each request, so that a reload shows what was saved.

    If it cannot be bundled, the script shows why in the page; the server's log has it too.
    """
    bundled = subprocess.run(  # noqa: S603 - the command is this package's own
        [_BUNDLER, source, "--bundle", "--format=esm", "--sourcemap=inline"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
    )
    script = bundled.stdout
    if bundled.returncode != 0:
        # A Node.js script starts esbuild, and adds its own stack to esbuild's message.
        message = bundled.stderr.partition("\nnode:")[0]
        sys.stderr.write(f"{message}\n")
        script = _FAULT_SCRIPT.format(json.dumps(message))
    return Response(script, media_type="text/javascript", headers=headers)


def _not_found(headers: dict[str, str]) -> Any:
    async def answer(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("Not Found", 404, headers)

    return answer

"""Who may call the fake: programs of this machine, its own pages, and containers for the API."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.processes import CONTAINERS_HOST, FORWARDER, HOST

HOSTS: Final = [HOST, "localhost", CONTAINERS_HOST]
"""The names of this machine. A foreign page whose name resolves to 127.0.0.1 has another one."""

_API: Final = "/v1/"
_LINKED: Final = ("/checkout/", "/authenticate/")
"""Pages to which a page of the shop may lead; so may one to the dashboard."""


class KnownCallers:
    """Middleware that answers a foreign page, or a container that wants a page, with 403."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse it."""
        request = Request(scope)
        app: Any = self._app
        if _is_of_container(request) and not request.url.path.startswith(_API):
            app = PlainTextResponse("A container reaches only the API.", 403)
        elif _is_of_foreign_page(request) and not _is_linked(request):
            app = PlainTextResponse("The request is not of one of our pages.", 403)
        await app(scope, receive, send)


def _is_of_container(request: Request) -> bool:
    address = request.client.host if request.client else None
    return address == FORWARDER or request.url.hostname == CONTAINERS_HOST


def _is_of_foreign_page(request: Request) -> bool:
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "none")
    is_ours = origin in (None, str(request.base_url).rstrip("/"))
    return not is_ours or site not in ("none", "same-origin")


def _is_linked(request: Request) -> bool:
    path = request.url.path
    return request.method == "GET" and (path == "/" or path.startswith(_LINKED))

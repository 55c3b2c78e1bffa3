"""The Starlette application: two pages, their assets, and the contract."""

import json
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from teppan.settings import required
from teppan_docs import site

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The Content-Security-Policy of a page: its own assets, requests to this API, and the icons that
Swagger UI's style sheet contains."""

_KEPT_FOR_EVER: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Origin, Accept-Encoding",  # the gateway compresses it
}


def application() -> Starlette:
    """Return the application; it has no paths if the stage has no documentation."""
    is_enabled = required("DOCS_ENABLED") == "true"
    routes = [
        Route("/docs", _operations),
        Route("/docs/problems", _problems),
        Route("/docs/{file}", _asset),
        Route("/openapi.json", _contract),
    ]
    app = Starlette(routes=routes if is_enabled else [])
    # A path with one more slash does not exist, as in the rest of the API.
    app.router.redirect_slashes = False
    return app


async def _operations(_request: Request) -> Response:
    return _page("index.html")


async def _problems(_request: Request) -> Response:
    return _page("problems.html")


def _page(name: str) -> Response:
    return HTMLResponse(site.read(name), headers={"Content-Security-Policy": PAGE_POLICY})


async def _asset(request: Request) -> Response:
    name = request.path_params["file"]
    if name not in site.assets():
        raise HTTPException(404)
    return Response(site.read(name), headers=_KEPT_FOR_EVER, media_type=site.assets()[name])


async def _contract(request: Request) -> Response:
    return JSONResponse({**json.loads(site.read("openapi.json")), "servers": [_server(request)]})


def _server(request: Request) -> dict[str, str]:
    """Return the server of this stage, by the address that the request was sent to."""
    context = request.scope["aws.event"]["requestContext"]
    base = context["path"].removesuffix(request.url.path)
    url = f"{request.url.scheme}://{context['domainName']}{base}"
    return {"url": url, "description": f"The stage {context['stage']}"}

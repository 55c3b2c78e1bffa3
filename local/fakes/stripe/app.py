"""The fake over HTTP: Stripe's API, the pages, and `/_fake/…` for other actions."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local.fakes.stripe.control import ACTIONS, run_action
from local.fakes.stripe.fake import FakeStripe, StripeError
from local.fakes.stripe.faults import NoAnswer, TimedOut
from local.fakes.stripe.settings import change_faults, change_sender
from local.fakes.stripe.web import checkout, dashboard
from local.fakes.stripe.web.callers import HOSTS, KnownCallers
from local.fakes.stripe.web.connections import break_connection, wait_for_disconnect
from local.fakes.stripe.web.html import STYLE
from local.fakes.stripe.webhooks.sender import Sender


def app(fake: FakeStripe, sender: Sender | None = None) -> Starlette:
    """Return the application; a `sender` adds its attempts to the pages, and its policy."""
    pages = _Pages(fake, sender)
    control = _Control(fake, sender)
    return Starlette(
        routes=[
            Route("/", pages.dashboard),
            Route("/fake.css", _style),
            Route("/actions/{name}", pages.action, methods=["POST"]),
            Route("/checkout/{secret}", pages.checkout, methods=["GET"]),
            Route("/checkout/{secret}", pages.pay, methods=["POST"]),
            Route("/authenticate/{secret}", pages.ask, methods=["GET"]),
            Route("/authenticate/{secret}", pages.authenticate, methods=["POST"]),
            Route("/_fake/health", _health),
            Route("/_fake/faults", control.faults, methods=["POST", "DELETE"]),
            Route("/_fake/sender", control.sender, methods=["GET", "PUT"]),
            Route("/_fake/{name}", control.action, methods=["GET", "POST"]),
            Route("/{path:path}", _Api(fake)),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
            Middleware(KnownCallers),
        ],
    )


class _Api:
    """The ASGI application of Stripe's API, which gets every request that is not for a page."""

    def __init__(self, fake: FakeStripe) -> None:
        self._fake = fake

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        body = await request.body()
        try:
            reply = await run_in_threadpool(
                self._fake.handle, request.method, target, request.headers, body
            )
        except TimedOut:
            await wait_for_disconnect(receive)
        except NoAnswer:
            break_connection(scope)
        else:
            await Response(reply.body, reply.status, reply.headers)(scope, receive, send)


class _Pages:
    """The pages for people."""

    def __init__(self, fake: FakeStripe, sender: Sender | None) -> None:
        self._fake = fake
        self._sender = sender

    async def dashboard(self, _request: Request) -> Response:
        return dashboard.show(self._fake, self._sender.attempts if self._sender else ())

    async def action(self, request: Request) -> Response:
        parameters = await _form(request)
        name = request.path_params["name"]
        if name not in ACTIONS:
            return PlainTextResponse("Not Found", 404)
        return _page_reply(lambda: _back_home(run_action(self._fake, name, parameters)))

    async def checkout(self, request: Request) -> Response:
        return _page_reply(
            lambda: checkout.show(self._fake, _secret(request), request.query_params)
        )

    async def pay(self, request: Request) -> Response:
        parameters = await _form(request)
        return _page_reply(lambda: checkout.pay(self._fake, _secret(request), parameters))

    async def ask(self, request: Request) -> Response:
        return _page_reply(lambda: checkout.show_authentication(self._fake, _secret(request)))

    async def authenticate(self, request: Request) -> Response:
        parameters = await _form(request)
        return _page_reply(lambda: checkout.authenticate(self._fake, _secret(request), parameters))


class _Control:
    """The actions for tests and other programs."""

    def __init__(self, fake: FakeStripe, sender: Sender | None) -> None:
        self._fake = fake
        self._sender = sender

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._fake.faults.clear()
            return JSONResponse({})
        parameters = await _json(request)
        return _json_reply(lambda: change_faults(self._fake.faults, parameters))

    async def sender(self, request: Request) -> Response:
        sender = self._sender
        if sender is None:
            return JSONResponse({"error": {"message": "Nothing is sent here."}}, 404)
        parameters = await _json(request)
        return _json_reply(lambda: change_sender(sender, parameters))

    async def action(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ACTIONS:
            return JSONResponse({"error": {"message": f"No such action: {name}"}}, 404)
        parameters = await _json(request)
        return _json_reply(lambda: run_action(self._fake, name, parameters))


def _json_reply(action: Callable[[], Any]) -> Response:
    try:
        return JSONResponse(action())
    except StripeError as error:
        return JSONResponse({"error": error.error}, error.status)
    except (TypeError, ValueError) as error:
        return JSONResponse({"error": {"message": str(error)}}, 400)


def _page_reply(page: Callable[[], Response]) -> Response:
    try:
        return page()
    except StripeError as error:
        return checkout.show_error(error)


def _back_home(_done: Any) -> Response:
    return RedirectResponse("/", 303)


def _secret(request: Request) -> str:
    secret: str = request.path_params["secret"]
    return secret


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    parameters: dict[str, Any] = json.loads(body) if body else {}
    return parameters


async def _form(request: Request) -> dict[str, str]:
    body = await request.body()
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


async def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css")


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})

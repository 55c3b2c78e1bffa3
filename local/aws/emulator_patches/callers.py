"""The emulator serves programs of this machine, and containers in part; it refuses web pages.

The emulator's root credentials are well known, and it runs functions as this machine's processes.
So whoever may create a function runs code here. Refused are:

- a Host that is not this machine's: a foreign page whose name resolves to 127.0.0.1 sends its own;
- a request of a page of another origin, except to an API or a function URL, which have CORS rules;
- a request of a container, except to the services that our functions call. It comes through the
  forwarder, which has its own address, or asks for the name that containers have for this machine.
"""

# ruff: noqa: SLF001 - the patch calls private functions of the emulator
import importlib
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

type Scope = dict[str, Any]
type App = Callable[[Scope, Any, Any], Awaitable[None]]

MODULE: Final = "app"
REQUIRED: Final = ("_parse_execute_api_url", "_parse_lambda_url", "app")
emulator: Any = importlib.import_module(f"ministack.{MODULE}")

HERE: Final = {"127.0.0.1", "localhost"}
SERVICES_OF_FUNCTIONS: Final = (
    "AWSCognitoIdentityProviderService.",
    "DynamoDB_20120810.",
    "secretsmanager.",
)
"""The beginnings of X-Amz-Target. None of these services can run code or change a function."""

API_PATHS: Final = ("/_aws/execute-api/", "/_aws/lambda-url/")
NOT_FOREIGN: Final = ("none", "same-origin")


def apply() -> None:
    """Replace the application that the emulator serves."""
    emulator.app = guarding(
        emulator.app, forwarder=os.environ["FORWARDER"], name=os.environ["CONTAINERS_HOST"]
    )


def guarding(app: App, *, forwarder: str, name: str) -> App:
    """Return `app`, which refuses foreign requests.

    `forwarder` is the address from which requests of containers come, `name` is the name that
    containers have for this machine.
    """

    async def check_and_serve(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and (reason := refusal(scope, forwarder, name)):
            await refuse(send, reason)
        else:
            await app(scope, receive, send)

    return check_and_serve


def refusal(scope: Scope, forwarder: str, name: str) -> str | None:
    """Return why a request is refused, or None."""
    host = hostname(scope)
    if host not in {*HERE, name}:
        return "The local cloud has no such Host."
    if (host == name or scope["client"][0] == forwarder) and not is_of_function(scope):
        return "A container reaches only the services that the functions call."
    if is_of_foreign_page(scope) and not is_for_api(scope["path"]):
        return "A web page reaches only the API."
    return None


def hostname(scope: Scope) -> str | None:
    """Return the Host without its port."""
    try:
        return urlsplit(f"//{','.join(values(scope, b'host'))}").hostname
    except ValueError:
        return None


def is_of_function(scope: Scope) -> bool:
    """Whether a request calls a service that our functions call, and can call nothing else."""
    targets = values(scope, b"x-amz-target")
    return (
        (scope["method"], scope["path"], scope["query_string"]) == ("POST", "/", b"")
        and len(targets) == 1
        and targets[0].startswith(SERVICES_OF_FUNCTIONS)
    )


def is_of_foreign_page(scope: Scope) -> bool:
    """Whether a browser sends the request for a page that is not the emulator's."""
    sites = values(scope, b"sec-fetch-site")
    return bool(values(scope, b"origin")) or any(site not in NOT_FOREIGN for site in sites)


def is_for_api(path: str) -> bool:
    """Whether the emulator takes the path for one of a deployed API or of a function URL."""
    parsed = emulator._parse_execute_api_url("", path) or emulator._parse_lambda_url("", path)
    return path.startswith(API_PATHS) and parsed is not None


def values(scope: Scope, name: bytes) -> list[str]:
    """Return the values of a header, whose name is in lower case."""
    return [text.decode("latin-1") for key, text in scope["headers"] if key.lower() == name]


async def refuse(send: Any, reason: str) -> None:
    """Answer with 403."""
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"message": reason}).encode()})

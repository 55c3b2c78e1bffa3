"""API Gateway's answer for a function that failed, and the header that it renames.

A function that crashes, times out or returns no valid response gets the gateway response
DEFAULT_5XX, whose status is 502 by default. The emulator sends the error of the function instead.

API Gateway renames `WWW-Authenticate` in the response of a function (its developer guide,
"important notes" for REST APIs; dherault/serverless-offline#236).
"""

# ruff: noqa: SLF001 - the patch replaces and calls private functions of the emulator
import importlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

type Invoke = Callable[..., Awaitable[Any]]

MODULE: Final = "services.apigateway_v1"
REQUIRED: Final = ("_gw_error", "_invoke_lambda_proxy_v1", "_lambda_proxy_response")
gateway: Any = importlib.import_module(f"ministack.{MODULE}")

RENAMED: Final = {"www-authenticate": "x-amzn-Remapped-WWW-Authenticate"}


class FunctionFailedError(Exception):
    """The function has no response that API Gateway could send."""


def apply() -> None:
    """Replace the functions that invoke a Lambda function and read its response."""
    gateway._lambda_proxy_response = raising(gateway._lambda_proxy_response)
    gateway._invoke_lambda_proxy_v1 = answering(gateway._invoke_lambda_proxy_v1)


def raising(read: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any], tuple[Any, Any]]:
    """Return `read`, which raises FunctionFailedError for an error and for what is no response."""

    def read_or_raise(result: Any) -> tuple[Any, Any]:
        response, error = read(result)
        if error or not is_response(result.get("body")):
            raise FunctionFailedError(error)
        return response, error

    return read_or_raise


def is_response(returned: Any) -> bool:
    """Whether API Gateway accepts what a function returned."""
    try:
        document = json.loads(returned) if isinstance(returned, str | bytes) else returned
    except ValueError:
        return False
    return isinstance(document, dict) and "statusCode" in document


def answering(invoke: Invoke) -> Invoke:
    """Return `invoke`, which answers as API Gateway does."""

    async def invoke_and_answer(*arguments: Any, **options: Any) -> Any:
        try:
            answer = await invoke(*arguments, **options)
        except FunctionFailedError:
            return gateway._gw_error("DEFAULT_5XX", "Internal server error")
        if not isinstance(answer, tuple):
            return answer
        status, headers, body = answer
        renamed = {RENAMED.get(name.lower(), name): text for name, text in headers.items()}
        return status, renamed, body

    return invoke_and_answer

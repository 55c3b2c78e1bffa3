"""Responses of an API with `minimumCompressionSize` are compressed, as API Gateway does it.

It compresses a body of at least that size if no other coding is preferred to gzip in the request's
`Accept-Encoding`, and if the function has not encoded the body itself. Without the header, it
compresses nothing. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
"""

# ruff: noqa: SLF001 - the patch reads private state of the emulator
import gzip
import importlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

type Headers = dict[str, Any]
type Answer = tuple[int, Headers, bytes]
type Execute = Callable[..., Awaitable[Answer]]

MODULE: Final = "services.apigateway_v1"
REQUIRED: Final = ("_handle_execute_in_scope", "_rest_apis")
gateway: Any = importlib.import_module(f"ministack.{MODULE}")


def apply() -> None:
    """Replace the function that answers requests for a deployed API."""
    gateway._handle_execute_in_scope = compressing(gateway._handle_execute_in_scope)


def compressing(execute: Execute) -> Execute:
    """Return `execute`, which compresses the body."""

    async def execute_and_compress(
        api_id: str, stage: str, method: str, path: str, headers: Headers, *more: Any
    ) -> Answer:
        status, answered, body = await execute(api_id, stage, method, path, headers, *more)
        smallest = (gateway._rest_apis.get(api_id) or {}).get("minimumCompressionSize")
        is_encoded = "content-encoding" in {name.lower() for name in answered}
        if smallest is None or len(body) < int(smallest) or is_encoded:
            return status, answered, body
        if not prefers_gzip(headers.get("accept-encoding", "")):
            return status, answered, body
        return status, {**answered, "Content-Encoding": "gzip"}, gzip.compress(body, mtime=0)

    return execute_and_compress


def prefers_gzip(accept_encoding: str) -> bool:
    """Return whether a request accepts gzip and no other coding more."""
    qualities = {}
    for each in filter(None, accept_encoding.lower().replace(" ", "").split(",")):
        coding, _, quality = each.partition(";q=")
        qualities[coding] = float(quality or 1)
    gzip_quality = qualities.get("gzip", 0.0)
    return gzip_quality > 0 and gzip_quality >= max(qualities.values())

"""The headers of every response: security, and CORS for the allowed origins."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from teppan.http.request import RawRequest
from teppan.http.response import Response
from teppan.settings import settings

SECURITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
        "Vary": "Origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)

PREFLIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Access-Control-Allow-Headers": (
            "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id"
        ),
        "Access-Control-Allow-Methods": "DELETE, GET, HEAD, OPTIONS, POST, PUT",
        "Access-Control-Max-Age": "7200",
    }
)

_EXPOSED = "ETag, Idempotency-Replayed, Location, Retry-After, X-Request-Id"


def cors(origin: str | None, allowed: frozenset[str]) -> Mapping[str, str]:
    """Return the headers that let a page of `origin` read the response, if it is `allowed`."""
    if origin is None or origin not in allowed:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _EXPOSED}


def all_headers(response: Response, request: RawRequest) -> Mapping[str, str]:
    """Return the headers of `response`, with those that every response to `request` has."""
    return {
        **SECURITY,
        **cors(request.optional_header("Origin"), settings().allowed_origins),
        "X-Request-Id": request.request_id,
        **({} if response.is_empty else {"Content-Type": response.media_type}),
        **response.headers,
    }

"""CORS: which pages may read a response, and what they may send."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from teppan.settings import Settings

EXPOSED: Final = (
    "ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
)
"""The response headers that a page may read."""

_PREFLIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Access-Control-Allow-Headers": (
            "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id, "
            "baggage, sentry-trace, traceparent"
        ),
        "Access-Control-Max-Age": "7200",
    }
)


def cors(origin: str | None, settings: Settings) -> Mapping[str, str]:
    """Return the headers that let a page of `origin` read the response, if it is allowed."""
    if origin is None or origin not in settings.allowed_origins:
        return {}
    credentials = {"Access-Control-Allow-Credentials": "true"} if settings.allow_credentials else {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED,
        **credentials,
    }


class PathMethods:
    """The methods of each path of the contract, from the file `methods.json` beside `module`.

    It maps a path, such as `/api/v1/bookings/{booking_id}`, to its methods.
    """

    def __init__(self, module: str) -> None:
        file = Path(module).with_name("methods.json")
        methods: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
        self._methods = [(path.split("/"), names) for path, names in methods.items()]

    def of(self, path: str) -> list[str]:
        """Return the methods of the path of a request; none for a path that does not exist."""
        parts = path.split("/")
        for declared, methods in self._methods:
            if len(declared) == len(parts) and all(map(_fits, declared, parts)):
                return methods
        return []


def _fits(declared: str, part: str) -> bool:
    return declared == part or (declared.startswith("{") and part != "")


def preflight(methods: list[str]) -> Mapping[str, str]:
    """Return the headers that say what a page may send to a path with these methods."""
    return {"Access-Control-Allow-Methods": ", ".join(methods), **_PREFLIGHT}

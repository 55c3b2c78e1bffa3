"""The shared store of caches: a Valkey server. The only module that imports Valkey's client."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

import valkey

from teppan import clock
from teppan.domain.errors import CacheUnavailable

LIMIT_SECONDS: Final = 0.1
"""The maximum time to connect, and to wait for each answer."""

PAUSE: Final = timedelta(seconds=5)
"""How long the server is not asked after it failed."""

_THIS_MACHINE: Final = "127.0.0.1"


class SharedStore:
    """A store on the server at `url`; its keys start with `prefix`.

    After a failure the store pauses: `get` and `delete` raise `CacheUnavailable` at once, and `put`
    does nothing. A wrong `url` is such a failure too.
    """

    kind = "shared"

    def __init__(self, url: str, prefix: str) -> None:
        self._url = url
        self._prefix = prefix
        self._failed_at = datetime.min.replace(tzinfo=UTC)

    def get(self, key: str) -> str | None:
        """Return the text at `key`, or None."""
        text: str | None = self._ask(lambda: self._client.get(self._prefix + key))
        return text

    def put(self, key: str, text: str, ttl: timedelta) -> None:
        """Store `text` at `key`, unless the store pauses."""
        if not self._is_paused():
            self._ask(lambda: self._client.set(self._prefix + key, text, px=ttl))

    def delete(self, key: str) -> None:
        """Delete the text at `key`, if there is one."""
        self._ask(lambda: self._client.delete(self._prefix + key))

    def hit_ratio(self) -> float | None:
        """Return the share of all reads of the server that found a text.

        None without reads, or if the server does not say: the store works without it.
        """
        try:
            stats: Any = self._client.info("stats")
            hits, misses = stats["keyspace_hits"], stats["keyspace_misses"]
        except Exception:  # noqa: BLE001 - the user may not ask, or the server does not count
            return None
        return round(hits / (hits + misses), 3) if hits + misses else None

    @cached_property
    def _client(self) -> Any:
        address = urlsplit(self._url)
        uses_tls = address.scheme == "valkeys"
        if not uses_tls and address.hostname != _THIS_MACHINE:
            raise ValueError("a cache on another machine needs TLS")
        # Without a library name the client sends no command of its own when it connects.
        return valkey.Valkey.from_url(
            self._url,
            socket_connect_timeout=LIMIT_SECONDS,
            socket_timeout=LIMIT_SECONDS,
            lib_name=None,
            lib_version=None,
            decode_responses=True,
            **({"ssl_check_hostname": True} if uses_tls else {}),
        )

    def _is_paused(self) -> bool:
        return clock.is_recent(self._failed_at, PAUSE)

    def _ask(self, command: Callable[[], Any]) -> Any:
        if self._is_paused():
            raise CacheUnavailable
        try:
            return command()
        except Exception as error:
            if not _concerns_one_value(error):
                self._failed_at = clock.utc_now()
            raise


def _concerns_one_value(error: Exception) -> bool:
    """Return whether the server may still answer for other values, or for the next one."""
    if isinstance(error, valkey.OutOfMemoryError | UnicodeDecodeError):
        return True
    return isinstance(error, valkey.ResponseError) and str(error).startswith("WRONGTYPE")

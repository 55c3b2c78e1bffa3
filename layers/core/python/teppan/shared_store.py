"""The shared store of caches: a Valkey server. The only module that imports Valkey's client."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import valkey

from teppan import clock
from teppan.domain.errors import CacheUnavailable

LIMIT_SECONDS: Final = 0.1
"""The maximum time to connect, and to wait for each answer."""

PAUSE: Final = timedelta(seconds=5)
"""How long the server is not asked after it did not answer."""

_TLS: Final = "valkeys:"


class SharedStore:
    """A store on the server at `url`; its keys start with `prefix`.

    After a failure to answer, the store pauses: `get` and the others raise `CacheUnavailable` at
    once, and `put` does nothing.
    """

    kind = "shared"

    def __init__(self, url: str, prefix: str) -> None:
        # Without a library name the client sends no command of its own when it connects.
        self._client = valkey.Valkey.from_url(
            url,
            socket_connect_timeout=LIMIT_SECONDS,
            socket_timeout=LIMIT_SECONDS,
            lib_name=None,
            lib_version=None,
            decode_responses=True,
            **({"ssl_check_hostname": True} if url.startswith(_TLS) else {}),
        )
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
        """Return the share of all reads of the server that found a text; None without reads."""
        stats = self._ask(lambda: self._client.info("stats"))
        hits, misses = stats["keyspace_hits"], stats["keyspace_misses"]
        return round(hits / (hits + misses), 3) if hits + misses else None

    def _is_paused(self) -> bool:
        return clock.is_recent(self._failed_at, PAUSE)

    def _ask(self, command: Callable[[], Any]) -> Any:
        if self._is_paused():
            raise CacheUnavailable
        try:
            return command()
        except (valkey.ConnectionError, valkey.TimeoutError):
            self._failed_at = clock.utc_now()
            raise
